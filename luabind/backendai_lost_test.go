package luabind_test

import "testing"

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
