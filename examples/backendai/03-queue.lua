-- What the account may use, and a session that has to wait in the queue, given up after a while.
--   pierun examples/backendai/03-queue.lua

local client = require("backendai").from_env()

local limits = client.resource_preset.check()
print("cpu left:", limits.keypair_remaining.cpu)

local session, err = try(client.session, client, {
  image = "python", resources = { cpu = 64 }, timeout = "30s",
  progress = function(text, about) print(about.status, about.reason) end,
})
print(session == nil and err.kind or "it runs")
