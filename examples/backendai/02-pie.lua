-- A Pie server in a session with a GPU: brought up, used and given back.
--   pierun examples/backendai/02-pie.lua

local backendai = require "backendai"

local client, session = backendai.pie{ image = "python", resources = { cpu = 4, mem = "16g", cuda = 1 }, progress = true, timeout = "15m" }

local answers, failed = flow.map({ "tea", "rain", "a long road" }, function(topic)
  return client:run("text-completion", { prompt = "A line about " .. topic, max_tokens = 16 }, { timeout = "60s" }).text
end)

print(#answers, #failed, session:status())
