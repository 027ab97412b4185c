package cli

import (
	"fmt"
	"strings"

	"github.com/pierun/pierun/internal/screen"
)

// style is how messages look: with colours on a person's terminal only.
type style struct{ red, dim, plain string }

// styleOf asks for no colours where the stream is no terminal, NO_COLOR is set, or the terminal is a dumb one.
func styleOf(env Env, stream any) style {
	if env.Getenv("NO_COLOR") != "" || env.Getenv("TERM") == "dumb" || !screen.IsTerminal(stream) {
		return style{}
	}
	return style{red: "\x1b[1;31m", dim: "\x1b[2m", plain: "\x1b[0m"}
}

// say prints lines of the command's own on standard error. A stream that cannot be written has nobody to tell it to.
func (a *app) say(format string, args ...any) {
	_, _ = fmt.Fprintf(a.env.Stderr, "%s%s:%s %s\n", a.style.dim, name, a.style.plain, printable(fmt.Sprintf(format, args...)))
}

// fail prints why the command ends, marked as an error.
func (a *app) fail(text string) {
	_, _ = fmt.Fprintf(a.env.Stderr, "%s%s:%s %s\n", a.style.red, name, a.style.plain, printable(strings.TrimRight(text, "\n")))
}

// hint prints what to do next, if there is something to say.
func (a *app) hint(text string) {
	if text != "" {
		_, _ = fmt.Fprintf(a.env.Stderr, "  %s\n", printable(text))
	}
}
