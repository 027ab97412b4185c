---- a scope ends its instances
local inst
task.scope(function() inst = pie.launch("echo") end)
local err = check.raises("refused", "scope", inst.recv, inst)
check.has(err.hint, "scope = s")
check.raises("refused", nil, inst.send, inst, "x")
check.eq(#pie.default():list_instances(), 0)

---- what a scope returns passes on
local inst = task.scope(function() return pie.launch("echo") end)
inst:send("hello")
check.eq(inst:recv_message("1s"), "hello")

---- a task ends its instances
local inst
local t = task.spawn(function() inst = pie.launch("echo"); inst.client:ping() end)
t:join()
check.raises("refused", nil, inst.recv, inst)
local kept = task.spawn(function() return pie.launch("echo") end):join()
kept:send("x")
check.eq(kept:recv_message("1s"), "x")

---- another owner
local inst
task.scope(function(s)
  task.scope(function() inst = pie.launch("echo", nil, { scope = s }) end)
  inst:send("x")
  check.eq(inst:recv_message("1s"), "x")
end)
check.raises("refused", nil, inst.recv, inst)

---- an ended one may be read after its scope
local inst
task.scope(function() inst = pie.launch("source", { n = 2 }); inst:wait() end)
check.eq(inst:wait().stdout, "1\n2\n")
check.eq({ inst:recv() }, { "Stdout", "1\n" })

---- a cancelled task ends its instances
local t = task.spawn(function() pie.run("echo") end)
task.sleep(1)
check.eq(#pie.default():list_instances(), 1)
t:cancel()
try(t.join, t)
check.eq(#pie.default():list_instances(), 0)

---- a launch that is cancelled leaves nothing
local t = task.spawn(function() pie.launch("echo") end)
task.sleep(0)
t:cancel()
try(t.join, t)
task.sleep(1)
check.eq(#pie.default():list_instances(), 0)

---- select over instances
local a, b = pie.launch("echo"), pie.launch("echo")
b:send("from b")
local key, event, msg = task.select({ a, b })
check.eq({ key, event, msg }, { 2, "Message", "from b" })
check.eq(task.select({ a, b }, { timeout = 0 }), nil)
check.eq(task.select({ a, b }, { timeout = 1 }), nil)
