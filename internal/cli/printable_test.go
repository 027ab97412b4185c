package cli

import (
	"bytes"
	"strings"
	"testing"
)

// TestTextsOfOthersDoNotCommandTheTerminal covers what servers and scripts put into errors.
func TestTextsOfOthersDoNotCommandTheTerminal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain\tand\nlines — ü": "plain\tand\nlines — ü",
		"\x1b]0;T\x07\x1b[2J":   "·]0;T··[2J",
		"a\rb\bc\x00d\x7f":      "a·b·c·d·",
		"\u009b31m\u202eright":  "·31m·right",
		"line\r\nline\x9b":      "line\nline\uFFFD",
	} {
		if got := printable(text); got != want {
			t.Errorf("%q is printed as %q, want %q", text, got, want)
		}
	}
}

func TestOneTextDoesNotFillTheScreen(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a := &app{env: Env{Stderr: &stderr}}
	a.fail(strings.Repeat("é", 1<<20))
	a.say("%s", strings.Repeat("x", 1<<20))
	if n := stderr.Len(); n > 2*longestText+200 {
		t.Errorf("%d bytes are printed", n)
	}
	if got := stderr.String(); strings.Count(got, "cut: ") != 2 || strings.Contains(got, "\uFFFD") {
		t.Errorf("…%s", got[len(got)-100:])
	}
}
