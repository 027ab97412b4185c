package clitest

import (
	"os"
	"os/signal"
	"syscall"
)

// hearSignals has the commands of the scripts hear what this process was told to ignore (under nohup, in a job in the
// background): what is handled here is back to its default there.
func hearSignals() {
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGHUP} {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
}
