-- Detached work: it goes on without us, and whoever knows its id may attach to it later.
-- What a server keeps meanwhile differs; client:supports() tells.

local client = pie.connect()
local job = client:launch("text-completion", { prompt = "A long report", max_tokens = 20 }, { detached = true })
local id = job.instance_id
print("launched: " .. job:status())
client:close() -- the instance goes on

local later = pie.connect()
local again = later:attach_instance(id) -- list_instances() tells the ids of what runs
local result = again:wait("30s")
print(result.event, #result.text > 0)
print("output kept: " .. tostring(later:supports("detached_output")))
