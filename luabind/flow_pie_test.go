package luabind_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/pierun/pierun/pie/engine"
)

// mapOwnership are scripts in which rows launch instances.
var mapOwnership = map[string]string{
	"ended with the row": `
local launched = {}
flow.map(3, function(i)
  launched[i] = pie.launch("chat")
  if i > 1 then assert(launched[i - 1]:status() == "aborted", launched[i - 1]:status()) end
end, { concurrency = 1 })
assert(#pie.default():list_instances() == 0)
local ok, err = pcall(launched[1].send, launched[1], "x")
assert(err.kind == "refused", tostring(err))`,
	"returned": `
local chats = flow.map(3, function(i) return pie.launch("chat") end)
assert(#pie.default():list_instances() == 3)
for _, chat in ipairs(chats) do
  chat:send("bye")
  chat:wait()
end`,
	"handed to on_result": `
local kept
task.scope(function()
  flow.map(2, function(i) return pie.launch("chat") end, { on_result = function(chat, _, i)
    kept = chat
    task.sleep(1)
    assert(chat:status() == "running")
  end })
  assert(kept:status() == "running")
end)
assert(kept:status() == "aborted", kept:status())`,
	"stopped": `
local results = flow.map(8, function(i)
  if i == 5 then task.sleep(1) return i end
  return pie.run("sleep", { seconds = 100 })
end, { stop_when = function(v) return v == 5 end })
assert(results[5] == 5 and results[1] == false)
assert(#pie.default():list_instances() == 0)`,
	"timed out": `
local _, failed = flow.map(4, function() return pie.run("sleep", { seconds = 100 }) end, { timeout = 2, allow_failed = true })
assert(#failed == 4 and failed[1].error.kind == "timeout", tostring(failed[1].error))
assert(#pie.default():list_instances() == 0)`,
	"each try of retry": `
local before
flow.retry(function(attempt)
  if before then assert(before:status() == "aborted", before:status()) end
  before = pie.launch("chat")
  if attempt < 3 then task.timeout(1, task.sleep, 2) end
end)`,
	"failed programs": `
local _, failed = flow.map(3, function(i) return pie.run("fail", { message = "row " .. i }).text end, { allow_failed = true })
assert(#failed == 3 and failed[2].error.kind == "exception", tostring(failed[2].error))
assert(failed[2].error.result.event == "Exception")`,
	"unknown programs stop the map": `
local n = 0
local ok, err = pcall(flow.map, 100, function(i) n = n + 1 return pie.run("nonsense") end, { concurrency = 2 })
assert(not ok and err.kind == "program" and n <= 4, tostring(err) .. n)`,
	"items that are instances": `
local launched = 0
local states = flow.map(function()
  launched = launched + 1
  return launched <= 3 and pie.launch("chat") or nil
end, function(chat) task.sleep(1) return chat:status() end)
assert(#states == 3 and states[1] == "running" and states[3] == "running")`,
}

// TestMapOwnership: what a row launched is gone with the row, unless the row returns it.
func TestMapOwnership(t *testing.T) {
	for name, code := range mapOwnership {
		t.Run(name, func(t *testing.T) {
			if _, err := play(t, code); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestMapWithoutAServer: when no connection has ever worked, the rows that are left need not try. A server that has been
// there, and one of several that rows name, may be back for the next row.
func TestMapWithoutAServer(t *testing.T) {
	const stops = `
local n = 0
local ok, err = pcall(flow.map, 1000, function() n = n + 1 %s end, { concurrency = 8 })
assert(not ok and err.kind == "connect" and n == 8, tostring(err) .. n)`
	for name, code := range map[string]string{
		"pie.run":                      fmt.Sprintf(stops, `pie.run("noop")`),
		"pie.connect":                  fmt.Sprintf(stops, `pie.connect()`),
		"a client that is made before": `local c = pie.client("ws://127.0.0.1:1")` + fmt.Sprintf(stops, `c:connect()`),
		"a map in a row": `
local ok, err = pcall(flow.map, 3, function() flow.map(3, function() pie.run("noop") end) end)
assert(not ok and err.kind == "connect", tostring(err))`,
		"the script's own servers": `
local _, failed = flow.map({ 1, 2 }, function(port) pie.connect("ws://127.0.0.1:" .. port) end, { concurrency = 1, allow_failed = true })
assert(#failed == 2 and failed[1].error.kind == "connect")`,
		"a client beside": `
local c = pie.client("ws://127.0.0.1:1")
local _, failed = flow.map(4, function(i) if i % 2 == 0 then c:connect() else pie.default() end end, { allow_failed = true })
assert(#failed == 4)`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := play(t, code, func(h *host, _ *engine.Config) {
				h.config.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestMapWhoseServerIsGone: rows of a server that was there fail one by one.
func TestMapWhoseServerIsGone(t *testing.T) {
	dials := 0
	_, err := play(t, `
pie.connect()
local _, failed = flow.map(5, function() return pie.run("noop") end, { concurrency = 1, allow_failed = true })
assert(#failed == 5 and failed[5].error.kind == "connect")`, func(h *host, _ *engine.Config) {
		dial := h.config.Dial
		h.config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials++; dials > 1 {
				return nil, errors.New("connection refused")
			}
			return dial(ctx, network, address)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// TestSelectOverInstances: instances beside channels and tasks.
func TestSelectOverInstances(t *testing.T) {
	_, err := play(t, `
local echo, stop = pie.launch("echo"), task.channel()
assert(task.select({ echo }, { timeout = 0 }) == nil)
echo:send("hello")
local key, event, msg = task.select { program = echo, stop = stop }
assert(key == "program" and event == "Message" and msg == "hello", tostring(event))
task.spawn(function() task.sleep(1) stop:send("now") end)
key, event = task.select { program = echo, stop = stop }
assert(key == "stop" and event == "now")
echo:send("bye")
local seen = {}
repeat
  key, event, msg = task.select({ echo, task.spawn(task.sleep, 100) })
  seen[#seen + 1] = event
until event == "Completed"
`)
	if err != nil {
		t.Error(err)
	}
}

// TestAnyWhenAllFailed: each server's words stand beside what they are about, and the hint beside the last one.
func TestAnyWhenAllFailed(t *testing.T) {
	_, err := play(t, `
local function fails(after, words) return function() task.sleep(after) return pie.run("fail", { message = words }) end end
local _, err = try(task.any, { b = fails(2, "B is out"), a = fails(1, "A is out") })
assert(err.kind == "exception" and err.server:find("B is out", 1, true) and err.result, tostring(err))
assert(tostring(err):find("exception: all 2 failed:\n  a: test.lua:2: exception: [^\n]+; the server said: [^\n]*A is out[^\n]*\n  b: test.lua:2: exception: [^\n]+; the server said: [^\n]*B is out[^\n]*$"), tostring(err))
_, err = try(task.any, { a = fails(1, "A is out"), function() task.sleep(2) fs.read("no/such") end })
assert(err.kind == "io" and err.message:find("\n  1: test.lua:6: io: [^()]*$"), tostring(err))
local text, hint = tostring(err), " (" .. err.hint .. ")"
assert(text:sub(-#hint) == hint and text:find(hint, 1, true) == #text - #hint + 1, text)`)
	if err != nil {
		t.Error(err)
	}
}

// TestProgressOfPrograms: a map has its line, and one that the script leaves open ends with it.
func TestProgressOfPrograms(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		h.config.Progress = "plain"
		err := h.run(`
flow.map(4, function(i) return pie.run("noop") end, { progress = "noops" })
flow.progress("left open", { total = 2 }):add()`)
		want := "noops 100% (4/4), took 0s\nleft open 50% (1/2), took 0s\n"
		if got := h.stderr.String(); err != nil || got != want {
			t.Errorf("%v\n%s", err, got)
		}
	})
}
