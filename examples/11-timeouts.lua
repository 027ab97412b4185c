-- Every wait can have a limit, and what a limit ends is terminated on the server.

-- The whole life of one instance:
local _, err = try(pie.run, "sleep", { seconds = 60 }, { timeout = "50ms" })
print("run:", err.kind)

-- A silence:
local _, idle = try(pie.run, "echo", {}, { idle_timeout = "50ms" })
print("silence:", idle.kind)

-- Any piece of script, with everything that it started:
local _, late = try(task.timeout, "50ms", function()
  task.spawn(function() pie.run("sleep", { seconds = 60 }) end)
  pie.run("sleep", { seconds = 60 })
end)
print("block:", late.kind)

-- One wait, softly: nil when the time is over, and the instance goes on.
local echo = pie.launch("echo")
print("nothing yet:", task.select({ echo }, { timeout = "20ms" }))
echo:send("hello")
print("now:", echo:recv("5s"))
echo:terminate()

-- Clean up in the right order, also when the scope is cancelled.
task.scope(function()
  task.defer(function() print("first in, last out") end)
  task.defer(function() print("last in, first out") end)
end)
print("left on the server:", #pie.default():list_instances())
