package luabind_test

import "testing"

// TestResultPastItsBound: what is waited for grows past max_output, what nobody reads past the buffer; each is told as that.
func TestResultPastItsBound(t *testing.T) {
	_, err := play(t, `
local says = { steps = { { "sleep", 1 }, { "repeat", 40, "print", ("x"):rep(1000) } } }
local _, err = try(pie.run, "puppet", says, { max_output = "10KiB" })
assert(err.kind == "overflow", tostring(err))
assert(err.message:find("^the result of puppet%S* grew past max_output %(10.0 KiB%), and it was terminated$"), err.message)
assert(err.hint:find("raise max_output", 1, true) and #err.result.stdout > 5000)
_, err = try(pie.run, "puppet", { steps = { says.steps[2] } }, { max_output = "10KiB" }) -- maybe before the wait begins
assert(err.message:find("grew past max_output (10.0 KiB)", 1, true), err.message)

local inst = pie.launch("puppet", says, { max_output = "10KiB" })
assert(select(2, try(inst.wait, inst)).message == err.message)
assert(select(2, try(inst.wait, inst)).message == err.message)

inst = pie.launch("puppet", says, { buffer = "10KiB" })
task.sleep(2)
_, err = try(inst.wait, inst)
assert(err.message:find("nobody read what the instance said: its bound of 10240 bytes", 1, true), err.message)
assert(err.hint:find("raise the buffer", 1, true), err.hint)`)
	if err != nil {
		t.Error(err)
	}
}
