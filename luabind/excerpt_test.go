package luabind_test

import (
	"strings"
	"testing"

	"github.com/pierun/pierun/luabind"
	"github.com/pierun/pierun/luabind/luavalue"
)

// TestALongErrorIsCutAndItsHintIsSeen covers programs that fail with all that they have written.
func TestALongErrorIsCutAndItsHintIsSeen(t *testing.T) {
	t.Parallel()
	var rt luabind.Runtime
	for _, text := range []string{strings.Repeat("E", 1<<20), strings.Repeat("E\n", 1<<19)} {
		got := rt.Describe(&luavalue.Error{Kind: "program", Message: text, Server: text, Hint: "shorten it"})
		if len(got) > 10_000 || strings.Count(got, "\n") > 100 {
			t.Errorf("%d bytes, %d lines", len(got), strings.Count(got, "\n"))
		}
		if strings.Count(got, "(cut: 1048576 bytes in all)") != 2 || !strings.Contains(got, "hint: shorten it") {
			t.Errorf("…%s", got[len(got)-200:])
		}
	}
	if got := rt.Describe(&luavalue.Error{Kind: "program", Message: "short"}); strings.Contains(got, "cut") {
		t.Error(got)
	}
}
