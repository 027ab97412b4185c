-- Pie in a session: twenty instances through the tunnel, a cut of it, twenty more, and nothing is left.
-- BINARY stands for the program to upload.
local client, session = require("backendai").pie{ image = os.getenv("BACKEND_IMAGE"), resources = { cpu = 1, mem = "512m" },
  upload = { ["bin/pierun"] = "BINARY" }, command = "bin/pierun engine --listen 0.0.0.0:8080", timeout = "5m" }
local function twenty()
  local results, failed = flow.map(20, function(n) return client:run("text-completion", { prompt = "n" .. n, max_tokens = 4 }).event end)
  return #results, #failed
end
print(twenty())
local inst = client:launch("echo")
inst:send("hello")
print(inst:recv_message("30s"))
io.read()                                   -- cuts every connection to the manager
local _, err = try(inst.recv, inst, "60s")
print(err.kind, session:status())
task.sleep("2s")
print(twenty())                             -- over a new tunnel
local id = session.id
session:destroy()
task.timeout("2m", function() -- the manager answers before it is done
  while session.client.compute_session.get(id).status ~= "TERMINATED" do task.sleep("200ms") end
end)
print(session.client.compute_session.get(id).status)
