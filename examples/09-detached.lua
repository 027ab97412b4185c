-- Detached work: it goes on without us, and whoever knows its id may attach to it later.
-- What a server keeps of it meanwhile differs; client:supports() tells.

local client = pie.connect()
local job = client:launch("echo", {}, { detached = true })
local id = job.instance_id
print("launched: " .. job:status())
client:close() -- the instance goes on

local later = pie.connect()
for _, row in ipairs(later:list_instances()) do
  if row.instance_id == id then print("still there: " .. row.state) end
end

local again = later:attach_instance(id)
again:send("hello from another connection")
print(again:recv_message("10s"))

again:send("bye")
print(again:wait("30s").event)
print("what it prints before the attach is kept: " .. tostring(later:supports("detached_output")))
