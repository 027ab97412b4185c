package luabind_test

import "testing"

// TestDetachTwice: what was left already is let alone, what has ended is refused.
func TestDetachTwice(t *testing.T) {
	_, err := play(t, `
local inst = pie.launch("chat")
inst:detach()
inst:detach()
assert(inst:status() == "detached", inst:status())
local again = pie.default():attach_instance(inst.instance_id)
inst:detach()
again:send("bye")
assert(again:wait().event == "Completed")
local _, err = try(again.detach, again)
assert(err.kind == "refused", tostring(err))
local apart = pie.launch("chat", nil, { detached = true })
apart:detach()
assert(pie.default():terminate_instance(apart.instance_id))`, speaking("instance-0.2"))
	if err != nil {
		t.Error(err)
	}
}
