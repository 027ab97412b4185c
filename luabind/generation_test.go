package luabind_test

import (
	"strings"
	"testing"

	"github.com/pierun/pierun/pie/wire"
)

// One script, not a byte changed, runs on every generation.
const everywhere = `
local c = pie.connect()
assert(c:info().dialect == DIALECT, c:info().dialect)
assert(pie.default():ping() >= 0 or true)

local out = pie.run("text-completion", { prompt = "Once upon a time", max_tokens = 5 })
assert(#out.text > 5 and out.event == "Completed")

local inst = pie.launch("echo")
inst:send("over")
assert(inst:recv_message("5s") == "over")
inst:send("bye")
assert(inst:wait().event == "Completed")

local _, err = try(pie.run, "fail", { message = "out of ideas" })
assert(err.kind == "exception" and err.server:find("out of ideas", 1, true), tostring(err))

local inst = pie.launch("echo")
inst:terminate()
assert(inst:wait().event == "Aborted")

local results, failed = flow.map(20, function(n) return pie.run("noop").event end)
assert(#failed == 0 and results[20] == "Completed")

local _, err = try(pie.launch, "echo", nil, { session = "s" })
assert(c:supports("session") or err.kind == "unsupported" and tostring(err):find(DIALECT, 1, true), tostring(err))
print("fine")`

func TestEveryGeneration(t *testing.T) {
	for _, d := range wire.Generations() {
		t.Run(d.Generation, func(t *testing.T) {
			if d.Features.HashNames && !d.Features.Registry {
				onlyHashes(t, d.Generation)
				return
			}
			bubble(t, func(t *testing.T) {
				h := newHost(t, speaking(d.Generation))
				err := h.run("DIALECT = '" + d.Generation + "'" + everywhere)
				if err != nil || h.stdout.String() != "fine\n" {
					t.Errorf("%s%s", h.stdout.String(), h.rt.Describe(err))
				}
			})
		})
	}
}

// onlyHashes is for a generation that knows no names: it says what to do instead.
func onlyHashes(t *testing.T, generation string) {
	_, err := play(t, "pie.run('noop')", speaking(generation))
	if e := asError(t, err); e.Kind != "program" || !strings.Contains(e.Hint, "hash") {
		t.Errorf("error %v", e)
	}
}

// TestServedEngine runs that script against an engine that is somebody else's: it is told as simulated, and bare names
// mean its programs, not those of a registry.
func TestServedEngine(t *testing.T) {
	for _, d := range wire.Generations() {
		if d.Features.HashNames && !d.Features.Registry {
			continue
		}
		t.Run(d.Generation, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := newHost(t, speaking(d.Generation))
				h.config.Server, h.config.Dialect, h.config.DialServer = "ws://served:8080", d.Generation, h.engine.DialContext
				err := h.run("DIALECT = '" + d.Generation + "' assert(pie.default():info().simulated)" + everywhere)
				if err != nil || h.stdout.String() != "fine\n" {
					t.Errorf("%s%s", h.stdout.String(), h.rt.Describe(err))
				}
			})
		})
	}
}
