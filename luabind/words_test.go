package luabind_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pierun/pierun/luabind"
	"github.com/pierun/pierun/pie/engine"
)

func TestWordsThatBelongBeforeFile(t *testing.T) {
	with := func(args ...string) func(*host, *engine.Config) {
		return func(h *host, _ *engine.Config) {
			h.config.HostFlags, h.config.Args = []string{"--server", "--quiet"}, args
		}
	}
	_, err := play(t, "pie.connect()", with("x", "--server=ws://y"))
	var exit *luabind.ExitError
	if !errors.As(err, &exit) || exit.Code != 2 || !strings.Contains(exit.Message, "put --server before the file") {
		t.Errorf("undeclared: %v", err)
	}
	for _, args := range [][]string{{"--", "--server"}, {"--other"}, {"server"}} {
		if _, err := play(t, "pie.connect()", with(args...)); err != nil {
			t.Errorf("%q: %v", args, err)
		}
	}
	if _, err := play(t, "args.parse{{'--server'}} pie.connect()", with("--server", "x")); err != nil {
		t.Errorf("declared: %v", err)
	}
}

// TestWordsOfTheScript: they are raw, a "--" among them.
func TestWordsOfTheScript(t *testing.T) {
	for words, want := range map[string]string{"-- --server x": "3 -- --server x", "x -- y": "3 x -- y", "--": "1 --", "": "0 "} {
		with := func(h *host, _ *engine.Config) { h.config.Args = strings.Fields(words) }
		out, err := play(t, `print(#arg, table.concat(arg, " ")) assert(select("#", ...) == #arg)`, with)
		if err != nil || strings.Replace(out, "\t", " ", 1) != want+"\n" {
			t.Errorf("%s: %q %v", words, out, err)
		}
	}
}
