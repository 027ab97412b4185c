package luabind_test

import (
	"testing"

	"github.com/pierun/pierun/internal/backendai/faketest"
)

// TestLogsAreNotAskedForAllTheTime: the pause between two looks has a least.
func TestLogsAreNotAskedForAllTheTime(t *testing.T) {
	onManager(t, faketest.Options{}, `
local session = require("backendai").client():session{ image = "python" }
local _, err = try(session.logs, session, { follow = true, every = 0 })
print(err.kind, tostring(err):match("at least 100ms"))
`, func(h *host, _ *faketest.Manager, err error) {
		if got := h.stdout.String(); err != nil || got != "usage\tat least 100ms\n" {
			t.Error(got, err)
		}
	})
}

// TestTimeoutsHoldBehindCodeThatDoesNotListen: a limit counts from the call, also while code before it is being ended.
func TestTimeoutsHoldBehindCodeThatDoesNotListen(t *testing.T) {
	onManager(t, faketest.Options{}, `
local session = require("backendai").client():session{ image = "python" }
local function took(f)
  local began = task.now()
  local _, err = try(f)
  io.write(err.kind, " after ", math.floor(task.now() - began + 0.5), "\n")
end
took(function() session:execute("sleep(forever) # deaf", { timeout = "2s" }) end)
took(function() for _ in session:stream("print(1)", { timeout = "3s" }) do end end)
took(function() session:execute("print(1)", { timeout = "4s" }) end)
`, func(h *host, _ *faketest.Manager, err error) {
		if got := h.stdout.String(); err != nil || got != "timeout after 2\ntimeout after 3\ntimeout after 4\n" {
			t.Error(got, err)
		}
	})
}
