package luabind_test

import (
	"testing"
)

// Ten thousand instances live at once in one script, each with a task that talks to it.
func TestTenThousandInstances(t *testing.T) {
	h := newHost(t)
	err := h.run(`
local N = 10000
local ready, go = 0, task.channel()
local tasks = {}
for i = 1, N do
  tasks[i] = task.spawn(function()
    local inst = pie.launch("echo")
    ready = ready + 1
    go:recv()
    inst:send("message " .. i)
    assert(inst:recv_message() == "message " .. i)
    inst:send("bye")
    return inst:wait().event
  end)
end
while ready < N do task.sleep(0.01) end
assert(#pie.default():list_instances() == N)
go:close()
local done = 0
for _, t in ipairs(tasks) do if t:join() == "Completed" then done = done + 1 end end
print(done, #pie.default():list_instances())`)
	if err != nil || h.stdout.String() != "10000\t0\n" {
		t.Fatalf("%q, %s", h.stdout.String(), h.rt.Describe(err))
	}
}
