---- connect and client
local c = pie.connect()
check.eq(c:info().simulated, true)
check.eq(c:info().dialect, "worker-0.5")
check.eq(c:info().reconnects, 0)
assert(c:info().uri)
local d = pie.client()
check.raises("usage", "connect", d.ping, d)
check.eq(d:connect(), d)
check.eq(d:connect(), d)
assert(d:ping() >= 0)
assert(c ~= d)

---- the shared client
check.eq(pie.default(), pie.default())
check.eq(pie.launch("echo").client, pie.default())

---- two tasks connect at once
local c = pie.client()
task.all { function() c:connect() end, function() c:connect() end }
assert(c:ping())

---- close
local c = pie.connect()
local inst = c:launch("echo")
c:close()
c:close()
check.raises("lost", "closed", c.ping, c)
check.raises("lost", "closed", c.connect, c)
check.raises("lost", "closed", c.launch, c, "echo")
check.raises("refused", "its client was closed", inst.send, inst, "x")
check.eq(#pie.default():list_instances(), 0)

---- what can be no id is not there
local c = pie.connect()
check.eq(c:terminate_instance("nope"), false)
check.eq(c:terminate_instance("f47ac10b-58cc-4372-a567-0e02b2c3d479"), false)

---- whether a program is there
local c = pie.connect()
check.eq(c:program_exists("echo"), true)
check.eq(c:program_exists("echo@0.1.0"), true)
check.eq(c:program_exists("echo@9.9.9"), false)
check.eq(c:program_exists("nothing"), false)

---- the arguments of launch_instance are a list
local c = pie.connect()
check.raises("usage", "list of words", c.launch_instance, c, "echo", { prompt = "hello" })
check.eq(tostring(task.spawn(function() end)), "task 1 (running)")
check.raises("usage", "not nil", flow.map, nil, print)
check.has(check.raises("usage", 'not the text "rows.jsonl"', flow.map, "rows.jsonl", print).hint, "jsonl.read")
check.raises("usage", "not an instance", json.decode, pie.launch("noop"))

---- addresses
local err = check.raises("usage", "address", pie.connect, "http://x")
check.raises("usage", nil, pie.connect, "ws://")
check.raises("usage", "usr", pie.connect, nil, { usr = "x" })
check.raises("auth", "/no/such/key", pie.connect, nil, { key = "/no/such/key" })
check.raises("usage", "wss://", pie.connect, nil, { ca = "/no/such/ca" })
check.raises("usage", "/no/such/ca", pie.connect, "wss://127.0.0.1:1", { ca = "/no/such/ca" })
check.raises("usage", "dialect", pie.connect, nil, { dialect = "morse" })
check.raises("usage", "max_instances", pie.connect, nil, { max_instances = 0 })

---- events
check.eq(pie.events, { "Message", "Stdout", "Stderr", "Blob", "Completed", "Aborted", "Exception", "ServerError", "OutOfResources" })
check.eq(require "pie", pie)

---- authenticate
local c = pie.client()
c:authenticate("ann")
check.eq(c:info().user, "ann")
c:authenticate("ann")
check.raises("auth", "/no/such/key", c.authenticate, c, "ann", "/no/such/key")

---- launch as documented
local c = pie.connect()
local inst = c:launch_instance("echo")
inst:send("hi")
check.eq({ inst:recv() }, { "Message", "hi" })
local out = c:launch_instance("text-completion", { "--prompt", "Once", "--max-tokens", 3 }):wait()
assert(#out.text > 0)
check.raises("usage", "argument 1", c.launch_instance, c, "echo", { {} })

---- the registry is not everywhere
local c = pie.connect()
if not c:supports("registry") then
  check.raises("unsupported", nil, c.launch_instance_from_registry, c, "echo")
end

---- list and terminate
local c = pie.connect()
local inst = c:launch("echo", nil)
local list = c:list_instances()
check.eq(#list, 1)
check.eq(list[1].instance_id, inst.instance_id)
check.eq(list[1].mine, true)
check.eq(list[1].state, "running")
check.eq(list[1].program:match("^echo"), "echo")
assert(list[1].elapsed >= 0)
check.eq(pie.connect():list_instances()[1].mine, false)
check.eq(c:terminate_instance(inst.instance_id), true)
check.eq(inst:wait().event, "Aborted")
check.eq(c:terminate_instance(inst.instance_id), false)

---- supports
local c = pie.connect()
check.eq(c:supports("stdout"), true)
check.eq(c:supports("session"), false)
local err = check.raises("usage", "stdot", c.supports, c, "stdot")
check.has(err.hint, "stdout")

---- query and models
local c = pie.connect()
check.eq(type(c:query("model_status")), "table")
assert(#c:models() >= 1)
check.raises("refused", nil, c.query, c, "weather")

---- programs
local c = pie.connect()
check.eq(c:program_exists("echo@0.1.0"), true)
check.eq(c:program_exists("no-such-program"), false)
local manifest = '[package]\nname = "mine"\nversion = "0.1.0"\n'
local hash = c:upload_program("\0asm program", manifest)
check.eq(#hash, 64)
check.eq(c:program_exists("mine@0.1.0"), true)
check.raises("program", nil, c.upload_program, c, "bytes", "no [ toml")

---- install
local c = pie.connect()
local dir = os.tmpname()
os.remove(dir)
fs.mkdir(dir)
fs.write(dir .. "/Pie.toml", '[package]\nname = "mine"\nversion = "0.2.0"\n')
fs.write(dir .. "/mine.wasm", "\0asm more")
check.eq(c:install(dir), "mine@0.2.0")
check.eq(c:install(dir .. "/mine.wasm", { force = true }), "mine@0.2.0")
check.raises("io", nil, c.install, c, dir .. "/none")
for _, name in ipairs(fs.list(dir)) do fs.remove(dir .. "/" .. name) end
fs.remove(dir)

---- use
local c = pie.connect()
local spawned
check.eq(c:use(function(a, b)
  check.eq(pie.launch("echo").client, c)
  spawned = task.spawn(function() task.sleep(1); return pie.launch("echo").client end)
  return a + b
end, 1, 2), 3)
check.eq(pie.launch("echo").client, pie.default())
check.eq(spawned:join(), c)
check.raises("script", "inside", c.use, c, function() error("inside") end)
check.eq(pie.launch("echo").client, pie.default())

---- at most so many instances at once
local c = pie.connect(nil, { max_instances = 2 })
local most, now = 0, 0
local list = {}
for i = 1, 6 do
  list[i] = function()
    local inst = c:launch("sleep", { seconds = 1 })
    now = now + 1
    most = math.max(most, now)
    inst:wait()
    now = now - 1
  end
end
task.all(list)
check.eq(most, 2)
check.eq(task.now(), 3)

---- detached and attached
local c = pie.connect()
local inst = c:launch("puppet", { steps = { { "print", "early" }, { "recv" } }, value = "v" }, { detached = true })
check.eq(inst:status(), "detached")
check.raises("usage", "attach_instance", inst.recv, inst)
check.raises("usage", "attach_instance", inst.wait, inst)
check.raises("refused", "detached", inst.send, inst, "x")
local again = c:attach_instance(inst.instance_id)
check.eq({ again:recv("1s") }, { "Stdout", "early" })
again:send("on")
check.eq(again:wait().value, "v")
check.raises("refused", nil, c.attach_instance, c, inst.instance_id)
check.raises("refused", nil, c.attach_instance, c, "00000000-0000-4000-8000-000000000000")

---- what another client of the script receives is not attached to
local inst = pie.connect():launch("echo")
local d = pie.connect()
check.raises("refused", "receives the instance", d.attach_instance, d, inst.instance_id)
d:close()
inst:send("still here")
check.eq(inst:recv_message("1s"), "still here")

---- detach and attach again
local c = pie.connect()
local inst = c:launch("echo")
inst:detach()
check.eq(inst:status(), "detached")
c:close()
local d = pie.connect()
local again = d:attach_instance(inst.instance_id)
again:send("hello")
check.eq(again:recv_message("1s"), "hello")
again:send("bye")
again:wait()

---- a detached one that has ended is read by whoever attaches
local c = pie.connect()
for _, read in ipairs { "events", "wait", "select" } do
  local inst = c:launch("puppet", { steps = { { "print", "said" }, { "sleep", 1 } }, value = "v" }, { detached = true })
  task.sleep(5)
  if read == "select" then check.raises("usage", "detached", task.select, { inst }, { timeout = 0 }) end
  local again = c:attach_instance(inst.instance_id)
  if read == "events" then
    local seen = {}
    for event, msg in again:events() do seen[#seen + 1] = event .. " " .. msg end
    check.eq(seen, { "Stdout said", "Completed v" })
  end
  local out = again:wait()
  check.eq({ out.stdout, out.value, again:status() }, { "said", "v", "completed" })
end

---- a detached one that has ended keeps its result
local c = pie.connect()
local inst = c:launch("puppet", { steps = { { "print", "said" } }, value = "v" }, { detached = true })
task.sleep(1)
c:close()
local again = pie.connect():attach_instance(inst.instance_id)
local out = again:wait("1s")
check.eq({ out.event, out.stdout, out.value }, { "Completed", "said", "v" })
check.raises("refused", nil, pie.default().attach_instance, pie.default(), inst.instance_id)

---- bounds of a connection
local c = pie.connect(nil, { early_buffer = "1MiB", out_buffer = "1MiB", read_limit = "300KiB", file_memory = 1000, file_disk = "1MiB" })
local blob = c:run("puppet", { steps = { { "big", "a", 1600 } } }).files[1]
check.eq({ blob.size, blob.path ~= nil }, { 1600, true })
local err = check.raises("overflow", "1048576 bytes on disk", c.run, c, "puppet", { steps = { { "big", "a", 2^20 }, { "big", "b", 16 } } })
assert(err.hint:find("save_dir", 1, true), err.hint)
local err = check.raises("protocol", "more than 307200 bytes", c.run, c, "puppet", { steps = { { "send", ("x"):rep(400000) } } })
assert(err.hint:find("read_limit", 1, true), err.hint)

---- no time left is a timeout, and nothing is launched
local c = pie.connect()
for _, limit in ipairs { "timeout", "launch_timeout" } do
  check.raises("timeout", limit .. " is 0", c.launch, c, "echo", {}, { [limit] = 0 })
end
check.eq(#c:list_instances(), 0)
check.raises("usage", "idle_timeout", c.launch, c, "echo", {}, { idle_timeout = 0 })
