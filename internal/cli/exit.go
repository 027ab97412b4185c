package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/pierun/pierun/luabind"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
)

// The exit codes of the command. Those above 128 are 128 and the number of the signal; each of them comes after the
// cleanup.
const (
	exitOK        = 0
	exitError     = 1   // the script failed
	exitUsage     = 2   // the command line is wrong
	exitRows      = 3   // it finished, with failed rows
	exitThreshold = 4   // a threshold was missed
	exitConnect   = 5   // no server, or no login
	exitBudget    = 6   // the budget is spent
	exitTimeout   = 124 // --timeout has passed
	exitHangup    = 129
	exitInterrupt = 130
	exitPipe      = 141 // standard output was closed
	exitTerminate = 143
)

// Stop is why a run is ended from outside: the cause of a context that [Run] is given.
type Stop struct {
	Code int    // the exit code
	What string // the event, as a person knows it: "Ctrl-C"
}

// Error names the event.
func (s *Stop) Error() string { return s.What }

// status is an error that has been reported already; its number is the exit code.
type status int

func (s status) Error() string { return fmt.Sprintf("exit %d", int(s)) }

// finish reports err, unless that has been done, and gives the exit code.
func (a *app) finish(err error) int {
	var done status
	var stop *Stop
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &done):
		return int(done)
	case errors.As(err, &stop):
		a.say("%s: ended", stop.What)
		return stop.Code
	case errors.As(err, &usage):
		a.fail(usage.message)
		a.hint(usage.hint)
		return exitUsage
	}
	a.fail(err.Error())
	return codeOf(err)
}

// codeOf is the exit code that an error stands for.
func codeOf(err error) int {
	var stop *Stop
	var exit *luabind.ExitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &stop):
		return stop.Code
	case errors.As(err, &exit):
		return exit.Code
	case errors.Is(err, luabind.ErrStdoutClosed):
		return exitPipe
	case errors.Is(err, context.Canceled):
		return exitInterrupt
	}
	return codeOfKind(kindOf(err))
}

func codeOfKind(kind string) int {
	switch kind {
	case luavalue.KindConnect, luavalue.KindAuth:
		return exitConnect
	case luavalue.KindBudget:
		return exitBudget
	}
	return exitError
}

// kindOf is the kind of an error of the script host or of the client; "" has none.
func kindOf(err error) string {
	var script *luavalue.Error
	if errors.As(err, &script) {
		return script.Kind
	}
	var client *pie.Error
	if errors.As(err, &client) {
		return string(client.Kind)
	}
	return ""
}
