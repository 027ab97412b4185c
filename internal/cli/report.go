package cli

import (
	"errors"
	"fmt"

	"github.com/pierun/pierun/luabind"
)

// report prints how a run ended and gives its exit code as a status.
func (a *app) report(rt *luabind.Runtime, s *script, err error, last []tried) error {
	closing := after(rt.Report(), last)
	var stop *Stop
	var exit *luabind.ExitError
	switch {
	case err == nil, errors.Is(err, luabind.ErrStdoutClosed):
	case errors.As(err, &stop):
		defer a.sayStopped(closing, stop)
	case errors.As(err, &exit):
		if exit.Message != "" {
			a.fail(exit.Message)
		}
	default:
		a.describe(rt, s, err)
	}
	a.sayLines(closing.Lines(s.quiet))
	code := codeOf(err)
	if code == exitOK && err == nil && closing.Failed() > 0 {
		code = exitRows
	}
	return status(code)
}

// maxLines is how many closing lines are printed: what matters most comes first, and a thousand instances that were
// left to the end of the script need not fill the screen.
const maxLines = 20

func (a *app) sayLines(lines []string) {
	for i, line := range lines {
		if i == maxLines && len(lines) > maxLines+1 {
			a.say("… and %d more such lines", len(lines)-maxLines)
			return
		}
		a.say("%s", line)
	}
}

// describe prints an error of the script: place, excerpt, what the server said, hint; its causes with --debug.
func (a *app) describe(rt *luabind.Runtime, s *script, err error) {
	a.fail(rt.Describe(err))
	if !s.debug {
		return
	}
	for _, line := range causes(err) {
		_, _ = fmt.Fprintf(a.env.Stderr, "  caused by: %s\n", printable(line))
	}
}

// sayStopped is the last line of a run that was ended from outside.
func (a *app) sayStopped(r luabind.Report, why *Stop) {
	how := "nothing that this run launched is left running"
	switch {
	case len(r.Unconfirmed) > 0:
		how = "see above for what may still be running"
	case r.Detached == 1:
		how = "its detached instance goes on (pierun ps --mine shows it)"
	case r.Detached > 1:
		how = fmt.Sprintf("its %d detached instances go on (pierun ps --mine shows them)", r.Detached)
	}
	a.say("%s: ended; %s", why.What, how)
}
