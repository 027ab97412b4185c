package luabind_test

import (
	"testing"
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
