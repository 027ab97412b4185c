package sched

import (
	"strings"
	"testing"
)

func TestFolded(t *testing.T) {
	for lines, want := range map[string]string{
		"":                  "",
		"a b c":             "a b c",
		"a a a a":           "a a a a",
		"a a a a a b":       "a … the same 4 more times b",
		"x a b a b a b y":   "x … these 2 again, 2 more times y",
		"a b c a b c a b c": "a b c … these 3 again, 2 more times",
	} {
		want = strings.Replace(want, "x …", "x a b …", 1)
		if got := strings.Join(folded(strings.Fields(lines)), " "); got != want {
			t.Errorf("%s: %s, want %s", lines, got, want)
		}
	}
	for lines, want := range map[string]string{
		"a a a … a a m":       "a … and so on, until the stack was full m",
		"a b a b … b a b m n": "a b … and so on, until the stack was full m n",
		"a b c … d e":         "a b c … d e",
		"a b c":               "a b c",
	} {
		if got := strings.Join(foldedAround(strings.Fields(lines)), " "); got != want {
			t.Errorf("%s: %s, want %s", lines, got, want)
		}
	}
}

// TestRecursionIsFolded: the traceback of a recursion has its lines once, be the stack full or not.
func TestRecursionIsFolded(t *testing.T) {
	for code, want := range map[string]string{
		"local function f() return 1 + f() end\nf()":                                      "t.lua:1\n… and so on, until the stack was full\nt.lua:2",
		"local function f(n) if n == 0 then error('x') end return 1 + f(n - 1) end\nf(9)": "t.lua:1 in function f\n… the same 9 more times\nt.lua:2",
	} {
		if e := newHost(t).fails("script", "", code); e.Traceback != want {
			t.Errorf("%s:\n%s", code, e.Traceback)
		}
	}
}
