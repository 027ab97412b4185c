-- Detached work: it goes on without us, and whoever knows its id may attach to it later.
-- What a server keeps meanwhile differs; client:supports() tells.

local client = pie.connect()
local job = client:launch("text-completion", { prompt = "A long report", max_tokens = 20 }, { detached = true })
local id = job.instance_id
print("launched: " .. job:status())
client:close() -- the instance goes on

local later = pie.connect()
for _, row in ipairs(later:list_instances()) do
  if row.instance_id == id then print("found: " .. row.program) end
end

local again = later:attach_instance(id)
local result = again:wait("30s")
print(result.event, #result.text > 0)
print("output kept: " .. tostring(later:supports("detached_output")))
