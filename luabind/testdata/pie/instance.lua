---- fields
local inst = pie.launch("echo")
check.eq(#inst.instance_id, 36)
check.eq(inst.program:match("^echo"), "echo")
check.eq(inst.client, pie.default())
check.eq(inst.nothing, nil)
check.has(inst, inst.instance_id)
check.eq(inst:status(), "running")

---- recv tells all events and the end
local inst = pie.launch("puppet", { steps = { { "print", "a" }, { "err", "e" }, { "send", "m" }, { "file", "f", "data" } }, value = "v" })
check.eq({ inst:recv() }, { "Stdout", "a" })
check.eq({ inst:recv() }, { "Stderr", "e" })
check.eq({ inst:recv() }, { "Message", "m" })
local event, blob = inst:recv()
check.eq(event, "Blob")
check.eq(blob:bytes(), "data")
check.eq({ inst:recv() }, { "Completed", "v" })
check.eq(inst:status(), "completed")
check.raises("refused", "ended", inst.recv, inst)
check.raises("refused", "ended", inst.recv, inst, 0)

---- recv tells a bad end
local inst = pie.launch("fail", { message = "why not" })
local event, msg = inst:recv()
check.eq(event, "Exception")
check.has(msg, "why not")
check.eq(inst:status(), "exception")

---- recv has a limit
local inst = pie.launch("echo")
local t0 = task.now()
local err = check.raises("timeout", nil, inst.recv, inst, 1.5)
check.eq(task.now() - t0, 1.5)
check.eq(err.instance_id, inst.instance_id)
check.raises("timeout", nil, inst.recv, inst, 0)
inst:send("hello")
check.eq({ inst:recv("1s") }, { "Message", "hello" })

---- one reader at a time
local inst = pie.launch("echo")
local first = task.spawn(function() return inst:recv() end)
task.sleep(0.1)
check.raises("usage", "another task", inst.recv, inst)
inst:send("x")
check.eq({ first:join() }, { "Message", "x" })

---- events
local seen = {}
local inst = pie.launch("puppet", { steps = { { "print", "a" }, { "send", "m" } }, value = "v" })
for event, msg in inst:events() do seen[#seen + 1] = event .. ":" .. msg end
check.eq(seen, { "Stdout:a", "Message:m", "Completed:v" })
check.raises("refused", nil, inst:events())

---- events raise a bad end
local inst, seen = pie.launch("puppet", { steps = { { "print", "a" }, { "fail", "broken" } } }), {}
local err = check.raises("exception", nil, function() for e in inst:events() do seen[#seen + 1] = e end end)
check.has(err.server, "broken")
check.eq(err.result.stdout, "a")
check.eq(seen, { "Stdout" })

---- events have a limit for each
local inst = pie.launch("puppet", { steps = { { "sleep", 1 }, { "print", "a" }, { "sleep", 3 }, { "print", "b" } } })
local seen = 0
check.raises("timeout", nil, function() for e in inst:events("2s") do seen = seen + 1 end end)
check.eq(seen, 1)
check.eq(task.now(), 3)

---- our own terminate is no failure
local inst = pie.launch("echo")
task.spawn(function() task.sleep(1); inst:terminate() end)
local last
for event in inst:events() do last = event end
check.eq(last, "Aborted")
check.eq(inst:status(), "aborted")
check.eq(inst:wait().event, "Aborted")
inst:terminate()

---- somebody elses terminate is one
local inst = pie.launch("echo")
pie.connect():terminate_instance(inst.instance_id)
local err = check.raises("aborted", nil, inst.wait, inst)
check.eq(inst:wait({ check = false }).event, "Aborted")

---- stream by piece
local inst, pieces = pie.launch("source", { n = 3 }), {}
for piece in inst:stream() do pieces[#pieces + 1] = piece end
check.eq(pieces, { "1\n", "2\n", "3\n" })

---- stream by line
local inst, lines = pie.launch("puppet", { steps = { { "print", "one\ntw" }, { "err", "not this" }, { "print", "o\r\n\nthree" } }, value = "v" }), {}
for line in inst:stream({ by = "line" }) do lines[#lines + 1] = line end
check.eq(lines, { "one", "two", "", "three" })
check.raises("usage", "piece", inst.stream, inst, { by = "word" })

---- stream falls back to the returned text
local pieces = {}
for piece in pie.launch("puppet", { value = "quiet\nbut here" }):stream() do pieces[#pieces + 1] = piece end
check.eq(pieces, { "quiet\nbut here" })
pieces = {}
for line in pie.launch("puppet", { value = "quiet\nbut here" }):stream({ by = "line" }) do pieces[#pieces + 1] = line end
check.eq(pieces, { "quiet", "but here" })
for piece in pie.launch("noop"):stream() do error("nothing was said") end

---- stream raises a bad end and has a limit
check.raises("exception", nil, function() for _ in pie.launch("fail"):stream() do end end)
check.raises("timeout", nil, function() for _ in pie.launch("echo"):stream({ timeout = 1 }) do end end)

---- recv_message
local inst = pie.launch("puppet", { steps = { { "print", "x" }, { "send", "m1" }, { "print", "y" }, { "send", "m2" }, { "print", "z" } } })
check.eq(inst:recv_message(), "m1")
check.eq(inst:recv_message(), "m2")
check.eq(inst:recv_message(), nil)
check.eq(inst:wait().stdout, "xyz")
check.eq(inst:wait().messages, { "m1", "m2" })
local inst = pie.launch("echo")
check.raises("timeout", nil, inst.recv_message, inst, "1s")

---- wait reads nothing and may be repeated
local inst = pie.launch("source", { n = 3 })
local a, b = inst:wait(), inst:wait()
check.eq(a.stdout, "1\n2\n3\n")
check.eq(b.stdout, a.stdout)
check.eq({ inst:recv() }, { "Stdout", "1\n" })
check.eq(inst:wait().stdout, a.stdout)
local n = 0
for _ in inst:events() do n = n + 1 end
check.eq(n, 3)
check.eq(inst:wait().stdout, a.stdout)

---- many may wait
local inst, done = pie.launch("sleep", { seconds = 2 }), 0
for _ = 1, 5 do task.spawn(function() inst:wait(); done = done + 1 end) end
inst:wait()
task.sleep(0.1)
check.eq(done, 5)

---- waits limit ends the wait alone
local inst = pie.launch("sleep", { seconds = 3 })
local err = check.raises("timeout", nil, inst.wait, inst, 1)
check.eq(inst:status(), "running")
check.raises("timeout", nil, inst.wait, inst, { timeout = 0 })
check.eq(inst:wait({ timeout = "5s" }).event, "Completed")

---- wait without check
local inst = pie.launch("fail", { message = "x" })
local out = inst:wait({ check = false })
check.eq(out.event, "Exception")
check.eq(out.value, "")
check.eq(out.error.kind, "exception")
check.eq(pie.launch("puppet", { value = "fine" }):wait({ check = false }).error, nil)
check.raises("exception", nil, inst.wait, inst)
check.raises("usage", "chek", inst.wait, inst, { chek = false })

---- wait without check tells of limits that ended it
for kind, opts in pairs { timeout = { timeout = 1 }, idle = { idle_timeout = 1 }, overflow = { buffer = 10, max_output = 10 } } do
  local steps = { { "print", "said" }, { "print", ("x"):rep(100) }, { "recv" } }
  if kind ~= "overflow" then table.remove(steps, 2) end
  local inst = pie.launch("puppet", { steps = steps }, opts)
  local out = inst:wait({ check = false })
  check.eq({ out.stdout, out.error.kind }, { "said", kind })
  check.raises(kind, nil, inst.wait, inst)
end

---- send
local inst = pie.launch("echo")
inst:send("text")
check.eq(inst:recv_message(), "text")
inst:send({ b = 1, a = { true } })
check.eq(inst:recv_message(), '{"a":[true],"b":1}')
inst:send(7)
check.eq(inst:recv_message(), "7")
check.raises("usage", nil, inst.send, inst, nil)
check.raises("value", nil, inst.send, inst, { f = print })
inst:send("bye")
inst:wait()
check.raises("refused", "ended", inst.send, inst, "too late")

---- files both ways
local inst = pie.launch("echo")
inst:send_bytes("some data", "x.bin")
local event, blob = inst:recv()
check.eq(event, "Blob")
check.eq(blob:bytes(), "some data")
local dir = os.tmpname()
os.remove(dir)
fs.mkdir(dir)
local first, second = blob:save(dir), blob:save(dir)
assert(first ~= second)
check.eq(fs.read(first), "some data")
check.eq(fs.read(second), "some data")
check.eq(blob:save(dir .. "/named.txt"), dir .. "/named.txt")
inst:send_file(dir .. "/named.txt")
check.eq(select(2, inst:recv()):bytes(), "some data")
check.raises("io", nil, inst.send_file, inst, dir .. "/none")
for _, name in ipairs(fs.list(dir)) do fs.remove(dir .. "/" .. name) end
fs.remove(dir)

---- many files at once
local inst = pie.launch("puppet", { steps = { { "repeat", 50, "file", "f", "same" } } })
check.eq(#inst:wait().files, 50)

---- unread output is bounded
local inst = pie.launch("source", { n = 1000, size = 1000 }, { buffer = 10000 })
local quiet = pie.launch("echo")
task.sleep(1)
local n = 0
local err = check.raises("overflow", nil, function() while true do inst:recv(); n = n + 1 end end)
assert(n >= 9 and n < 1000, tostring(n))
quiet:send("still here")
check.eq(quiet:recv_message("1s"), "still here")

---- a call without a colon
local inst = pie.launch("echo")
check.raises("usage", "colon", inst.recv)
check.raises("usage", "colon", inst.send, "x")

---- one reader at a time, and select is one
local inst = pie.launch("echo")
local reader = task.spawn(function() return inst:recv() end)
task.sleep(1)
check.raises("usage", "another task is reading", inst.recv, inst)
check.raises("usage", "another task is reading", task.select, { inst }, { timeout = "1s" })
inst:send("for the first")
check.eq({ reader:join() }, { "Message", "for the first" })
check.eq({ task.select({ inst }, { timeout = 0 }) }, {})
