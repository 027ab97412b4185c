package cli

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Signals are those that end a run after its cleanup. What the parent of this process has told it to ignore (nohup,
// a job in the background) stays ignored.
func Signals() []os.Signal {
	var list []os.Signal
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			list = append(list, s)
		}
	}
	return list
}

// OnePress is how long further signals are the first one once more: whoever starts pierun (timeout, a task runner)
// passes on what the terminal has sent to both already, and that should not cost the cleanup.
const OnePress = 200 * time.Millisecond

// Again waits for a signal after settled.
func Again(signals <-chan os.Signal, settled <-chan time.Time) *Stop {
	for {
		select {
		case <-signals:
		case <-settled:
			return Signalled(<-signals)
		}
	}
}

// Signalled is the cause that a signal ends a run with.
func Signalled(s os.Signal) *Stop {
	switch s {
	case syscall.SIGTERM:
		return &Stop{Code: exitTerminate, What: "SIGTERM"}
	case syscall.SIGHUP:
		return &Stop{Code: exitHangup, What: "hang-up"}
	}
	return &Stop{Code: exitInterrupt, What: "Ctrl-C"}
}
