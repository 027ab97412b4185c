package luabind_test

import (
	"strings"
	"testing"

	"github.com/pierun/pierun/internal/backendai/faketest"
)

// TestLostSessionOfSomebodyElse ends a session behind the script's back.
func TestLostSessionOfSomebodyElse(t *testing.T) {
	prints(t, `
local backendai = require "backendai"
local mine, other = backendai.from_env(), backendai.from_env()
local session = mine:session{ image = "python", name = "taken" }
other:destroy(session.id)
for _, use in ipairs{ "execute", "read", "interrupt", "info" } do
  local _, err = try(session[use], session, (use == "execute" or use == "read") and "print(1)" or nil)
  print(use, err.kind, (tostring(err):match("session %S+ was lost: TERMINATED") or tostring(err)):gsub("%x+%-%S+", "…"))
end
`, "execute\tlost\tsession … was lost: TERMINATED\t1\nread\tlost\tsession … was lost: TERMINATED\t1\n"+
		"interrupt\tlost\tsession … was lost: TERMINATED\t1\ninfo\tlost\tsession … was lost: TERMINATED\t1\n")
}

// TestSessionThatNeverRan: what it was when it was last seen is not said to be what it is still.
func TestSessionThatNeverRan(t *testing.T) {
	onManager(t, faketest.Options{Life: []string{"PENDING", "CANCELLED"}}, `require("backendai").client():session{ image = "python", name = "never" }`,
		func(h *host, _ *faketest.Manager, err error) {
			if text := h.rt.Describe(err); !strings.Contains(text, "ended before it ran: CANCELLED") ||
				!strings.Contains(text, "; session never was PENDING when it was last seen") || strings.Contains(text, "still") {
				t.Error(text)
			}
		})
}
