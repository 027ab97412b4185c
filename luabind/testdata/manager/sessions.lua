-- One session, watched through everything; another that waits in the queue; and one that somebody else ends.
local backendai = require "backendai"
local client, image = backendai.from_env(), os.getenv "BACKEND_IMAGE"
local name, resources = client:generate_session_id(), { cpu = 1, mem = "256m" }
local seen = task.channel(100)
local watcher = task.spawn(function()
  for event in client:events{ session = name } do seen:send(event) end
end)
local session = client:session{ image = image, name = name, resources = resources, tag = "a-tag", env = { COLOUR = "blue" }, timeout = "3m" }
local event repeat event = seen:recv("60s") until event == "kernel_started"
print(event, session:info().tag, session:execute("import os; print(os.environ['COLOUR'])").stdout)

-- every mode, call by call
local got = client:execute(session.id, nil, "query", "import time\nprint('a', flush=True); time.sleep(4); print(input('name? '))", {})
local calls, text = 1, ""
while got.result.status ~= "finished" do
  for _, piece in ipairs(got.result.console) do text = text .. piece[2] end
  local mode, code = "continue", ""
  if got.result.status == "waiting-input" then mode, code = "input", "Lablup" end
  got, calls = client:execute(session.id, got.result.runId, mode, code, {}), calls + 1
end
for _, piece in ipairs(got.result.console) do text = text .. piece[2] end
print(calls >= 3, (text:gsub("\n", "|")))
local run, codes = session:batch{ clean = "echo cleaned", build = "echo built", exec = "echo done; exit 3" }, {}
print((run.stdout:gsub("\n", "|")), run.exit_code, #session:complete("pri") >= 0)

session:write("d/a.txt", "hello")
session:upload("large.bin", "big/large.bin")
print(session:read("d/a.txt"), #session:files("d"), session:download("big/large.bin", "back.bin"))
print(tostring(select(2, try(session.upload, session, "large.bin", "d/large.bin"))):match("belongs to another user"))
print(client:download(session.id, { "d/a.txt" })["a.txt"], client:download_single(session.id, "d/a.txt"))
local fwd = session:forward("sshd")
print(fwd.address:match("^127"))
print(try(session.terminal, session) ~= nil)
session:rename(name .. "-b")
local renamed
for _, s in ipairs(client:sessions{ status = "RUNNING" }) do if s.name == name .. "-b" then renamed = s.id end end
print(session:status(), renamed == session.id)
session:restart()
print(session:execute("import os; print(os.path.exists('d/a.txt'))").stdout)

-- a third session stays in the queue
local second = client:session{ image = image, resources = resources, timeout = "3m" }
local _, err = try(client.session, client, { image = image, resources = resources, timeout = "10s" })
print(err.kind, tostring(err):match("still PENDING"))
second:destroy()

-- somebody else ends it
local other = backendai.from_env()
other:destroy(session.id, nil, true)
task.timeout("2m", function()
  while client.compute_session.get(session.id).status ~= "TERMINATED" do task.sleep("200ms") end
end)
local _, err = try(session.execute, session, "1")
print(err.kind, tostring(err):match("was lost: %u+"))
watcher:cancel()
