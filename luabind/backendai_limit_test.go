package luabind_test

import "testing"

// TestBackendAILimitOfARun: what is said of a limit is the whole of it, not what the last call had left.
func TestBackendAILimitOfARun(t *testing.T) {
	prints(t, `
local session = require("backendai").client():session{ image = "python" }
local _, err = try(session.execute, session, "sleep(forever)", { timeout = "5s" })
print(err.kind, err.message)
local slow = task.spawn(function() session:execute("time.sleep(1)\ntime.sleep(1)\ntime.sleep(1)\ntime.sleep(1)") end)
task.sleep("10ms")
_, err = try(session.execute, session, "1", { timeout = "50ms" })
print(err.kind, err.message)
slow:join()
`, "timeout\tit took too long: 5s passed\ntimeout\tit took too long: 50ms passed\n")
}
