package luabind_test

import (
	"context"
	"strings"
	"testing"

	"github.com/pierun/pierun/pie/wire"
)

// Two runs on one server: the first launches what fails when it is told something, and attaches to one of them.
const (
	launchesToName = `
local function launch() return pie.launch("puppet", { script = json.encode { { "recv" }, { "fail", "no" } } }, { detached = true }) end
local first, second = launch(), launch()
local inst = pie.default():attach_instance(first.instance_id)
assert(inst.program:find("puppet", 1, true), inst.program)
assert(tostring(inst):find("^instance .+ of puppet"), tostring(inst))
inst:send("go")
local _, err = try(inst.wait, inst)
assert(err.message:find("^puppet%S* ended with an exception"), tostring(err))
assert(err.result.program == inst.program)
print(second.instance_id)`

	namesNothing = `
local inst = pie.default():attach_instance(ID)
local known = inst.program ~= ""
assert(known or tostring(inst) == "instance " .. ID .. " (running)", tostring(inst))
local _, err = try(inst.wait, inst, 1)
assert(known or err.message == "instance:wait: the instance had not ended after 1s", tostring(err))
assert(known or tostring(err.result):find("result of an instance (", 1, true), tostring(err.result))
inst:send("go")
_, err = try(inst.wait, inst)
assert(known or err.message == "the instance ended with an exception", tostring(err))
print(known)`
)

// TestAttachedInstanceHasAName: where the server does not tell the program, the run that launched it knows; any other says
// "the instance".
func TestAttachedInstanceHasAName(t *testing.T) {
	unknown := 0
	for _, d := range wire.Generations() {
		if !d.Features.AttachInstance || !d.Features.DetachedOutput || d.Features.HashNames && !d.Features.Registry {
			continue
		}
		t.Run(d.Generation, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := newHost(t, speaking(d.Generation))
				h.config.Server, h.config.Dialect, h.config.DialServer = "ws://served:8080", d.Generation, h.engine.DialContext
				h.start()
				if err := h.rt.RunString(context.Background(), "test.lua", launchesToName); err != nil {
					t.Error(h.rt.Describe(err))
				}
				h.rt.Close()
				id := strings.TrimSpace(h.stdout.String())
				h.start()
				if err := h.rt.RunString(context.Background(), "test.lua", "ID = '"+id+"'"+namesNothing); err != nil {
					t.Error(h.rt.Describe(err))
				}
				h.stop()
				if strings.HasSuffix(h.stdout.String(), "false\n") {
					unknown++
				}
			})
		})
	}
	if unknown == 0 {
		t.Error("no server was asked that keeps the names of programs to itself")
	}
}
