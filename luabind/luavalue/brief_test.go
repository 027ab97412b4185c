package luavalue_test

import (
	"testing"

	"github.com/pierun/pierun/luabind/luavalue"
)

// TestBrief: by bytes, by lines, never in the middle of a character, and never what fits.
func TestBrief(t *testing.T) {
	for _, c := range []struct {
		text         string
		bytes, lines int
		want         string
	}{
		{"", 4, 2, ""},
		{"four", 4, 2, "four"},
		{"fives", 4, 2, "five… (cut: 5 bytes in all)"},
		{"añb", 2, 0, "a… (cut: 4 bytes in all)"},
		{"a\nb\nc", 40, 2, "a\nb… (cut: 5 bytes in all)"},
		{"a\nb", 40, 2, "a\nb"},
		{"a\nb\nc\n", 40, 0, "a\nb\nc\n"},
	} {
		if got := luavalue.Brief(c.text, c.bytes, c.lines); got != c.want {
			t.Errorf("Brief(%q, %d, %d) = %q, want %q", c.text, c.bytes, c.lines, got, c.want)
		}
	}
}
