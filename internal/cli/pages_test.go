package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// asked gives the answer for an origin under a command line, and what was printed.
func asked(t *testing.T, origin string, words ...string) (in bool, printed string) {
	t.Helper()
	var stderr bytes.Buffer
	a := &app{env: Env{Stderr: &stderr}.withDefaults()}
	c := a.engineCommand()
	c.Action = func(ctx *cli.Context) error {
		o := &options{ctx: ctx}
		let := a.pages(o)
		if o.err != nil {
			return o.err
		}
		in = let(origin)
		_ = let(origin)
		return nil
	}
	run := &cli.App{Commands: []*cli.Command{c}, Writer: &stderr, ErrWriter: &stderr}
	if err := run.Run(append([]string{name, "engine"}, words...)); err != nil {
		t.Fatal(err)
	}
	return in, stderr.String()
}

func TestPages(t *testing.T) {
	for _, c := range []struct {
		origin string
		words  []string
		in     bool
	}{
		{"http://localhost:5173", nil, false},
		{"null", nil, false},
		{"http://localhost:5173", []string{"--origin", "http://LOCALHOST:5173/"}, true},
		{"http://localhost:5174", []string{"--origin", "http://localhost:5173"}, false},
		{"https://localhost:5173", []string{"--origin", "http://localhost:5173"}, false},
		{"https://b.example", []string{"--origin", "https://a.example", "--origin", "https://b.example"}, true},
		{"null", []string{"--origin", "null"}, true},
		{"https://elsewhere.example", []string{"--origin", "*"}, true},
	} {
		in, printed := asked(t, c.origin, c.words...)
		if in != c.in || strings.Count(printed, "was not let in") != map[bool]int{true: 0, false: 1}[c.in] {
			t.Errorf("%s under %q: let in %v, printed %q", c.origin, c.words, in, printed)
		}
	}
}
