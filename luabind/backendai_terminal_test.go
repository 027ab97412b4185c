package luabind_test

import (
	"testing"

	"github.com/pierun/pierun/internal/backendai/faketest"
)

// TestTerminalBehindItsEnd: a closed terminal takes nothing more and shows nothing more, and one that timed out is closed.
func TestTerminalBehindItsEnd(t *testing.T) {
	onManager(t, faketest.Options{}, `
local session = require("backendai").client():session{ image = "python" }
local function told(f, ...) local _, err = try(f, ...); io.write(err.kind, ": ", tostring(err):match("the terminal is closed") or tostring(err):match("a terminal has 1 to"), "\n") end
local term = session:terminal("ttyd")
told(term.resize, term, -1, 80)
told(term.resize, term, 24, 70000)
term:close()
told(term.send, term, "x")
told(term.resize, term, 24, 80)
print((term:recv("1s")))
local late = session:terminal("ttyd")
local _, err = try(late.recv, late, "1s")
print(err.kind)
told(late.send, late, "x")
local read = session:terminal("ttyd")
task.all{ function() print((read:recv())) end, function() task.sleep("1s"); read:close() end }
`, func(h *host, _ *faketest.Manager, err error) {
		const closed = "refused: the terminal is closed\n"
		want := "usage: a terminal has 1 to\nusage: a terminal has 1 to\n" + closed + closed + "nil\ntimeout\n" + closed + "nil\n"
		if got := h.stdout.String(); err != nil || got != want {
			t.Errorf("%s\n%v", got, err)
		}
	})
}
