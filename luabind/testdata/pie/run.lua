---- the first flow
local out = pie.run("text-completion", { prompt = "Once upon a time" })
assert(#out.text > 10)
check.eq(out.event, "Completed")
check.eq(out.text, out.value)
check.eq(out.program:match("^text%-completion"), "text-completion")
check.eq(#out.instance_id, 36)
check.eq(out.truncated, false)
assert(out.elapsed >= out.launched)
assert(out.first_output)

---- what a result holds
local out = pie.run("puppet", { steps = {
  { "print", "a" }, { "err", "e" }, { "send", "m1" }, { "print", "b" }, { "send", "" }, { "file", "f.txt", "data" },
}, value = "done" })
check.eq(out.stdout, "ab")
check.eq(out.stderr, "e")
check.eq(out.messages, { "m1", "" })
check.eq(out.value, "done")
check.eq(out.text, "done")
check.eq(#out.files, 1)
check.eq(out.files[1].name, "f.txt")
check.eq(out.files[1].size, 4)
check.eq(out.files[1]:bytes(), "data")
check.eq(#out.files[1].hash, 64)

---- text is what was printed when nothing is returned
local out = pie.run("puppet", { steps = { { "print", "hello" } } })
check.eq(out.value, "")
check.eq(out.text, "hello")

---- a result decodes json
check.eq(pie.run("puppet", { value = '{"a":[1,2]}' }):json(), { a = { 1, 2 } })
check.raises("value", "does not fit", function() return pie.run("puppet", { value = "[9007199254740993]" }):json() end)
check.eq(pie.run("puppet", { value = "[9007199254740993]" }):json({ big = "text" }), { "9007199254740993" })
local err = check.raises("value", nil, function() return pie.run("puppet", { value = "no json" }):json() end)
check.has(err.hint, "no json")

---- lists are lists in JSON, empty or not
check.has(json.encode(pie.run("puppet", {})), '"files":[]')
check.has(json.encode(pie.run("puppet", {})), '"messages":[]')
check.eq(json.encode({ flow.map({}, print) }), "[[],[]]")
check.eq(json.encode(pie.connect():list_instances()), "[]")

---- max_output is the bound that its error tells
local err = check.raises("overflow", "past max_output (2.0 KiB)", pie.run, "source", { n = 1000, size = 50 }, { max_output = "2KiB", buffer = "1KiB" })
check.has(err.hint, "max_output")

---- what the server says of an end that we wanted is no returned text
local inst = pie.launch("puppet", { steps = { { "print", "so far" }, { "sleep", 600 } } })
task.sleep(1)
inst:terminate()
local out = inst:wait()
check.eq({ out.event, out.value, out.text }, { "Aborted", "", "so far" })

---- a folder that is not there
local out = pie.run("puppet", { steps = { { "file", "f.txt", "data" } } })
for _, to in ipairs { "/nowhere/at/all/", "/nowhere/at/all/x.txt" } do
  local err = check.raises("io", "there is no folder /nowhere/at/all", out.files[1].save, out.files[1], to)
  check.eq(err.hint, "fs.mkdir makes it")
end

---- what a program has told, in a print
local out = pie.run("puppet", { steps = { { "file", "f.txt", "data" } }, value = ("long\n"):rep(20) })
check.has(tostring(out), 'result of puppet (Completed): "long\\nlong')
assert(#tostring(out) < 130)
check.eq(tostring(out.files[1]), "file f.txt, 4 bytes")
local err = check.raises("usage", "several texts", function() return "said: " .. out end)
check.has(err.hint, "r.text")
check.eq(tostring(pie.default()), "client of the embedded engine")
local echo = pie.launch("echo")
check.eq(tostring(echo):gsub("%x+%-[%x-]+", "ID"), "instance ID of echo (running)")
echo:send("bye")
echo:wait()
check.has(tostring(echo), "(completed)")

---- a failing program raises exception
local err = check.raises("exception", "fail ended with an exception", pie.run, "fail", { message = "out of ideas" })
check.has(err.server, "out of ideas")
check.eq(err.result.event, "Exception")
check.eq(err.result.value, "")
check.eq(#err.instance_id, 36)
check.eq(err.retryable, false)

---- what came before a failure is in its result
local err = check.raises("exception", nil, pie.run, "puppet", { steps = { { "print", "so far" }, { "fail", "x" } } })
check.eq(err.result.stdout, "so far")

---- an unknown program
local err = check.raises("program", "no-such-program", pie.run, "no-such-program")
assert(err.hint)
check.eq(check.raises("program", nil, pie.run, "text-completoin").hint, 'did you mean "text-completion"?')
check.raises("program", nil, pie.launch, "../evil")
check.raises("usage", "empty", pie.launch, "")
check.raises("usage", "name", pie.launch, 7)
check.raises("usage", "bytes", pie.launch, {})

---- options that are wrong
local err = check.raises("usage", "timout", pie.run, "noop", {}, { timout = 1 })
check.has(err.hint, "timeout")
check.raises("usage", "timeout", pie.run, "noop", {}, { timeout = "soon" })
check.raises("usage", "timeout", pie.run, "noop", {}, { timeout = -1 })
check.raises("usage", "detached", pie.run, "noop", {}, { detached = true })
check.raises("usage", "on_event", pie.launch, "noop", {}, { on_event = print })
check.raises("usage", "scope", pie.launch, "noop", {}, { scope = 7 })
check.raises("usage", "token_budget", pie.launch, "noop", {}, { token_budget = 0 })
check.raises("usage", "files", pie.launch, "noop", {}, { files = { 1 } })
check.raises("usage", "function", pie.launch, "noop", print)
check.raises("value", nil, pie.launch, "noop", { f = print })

---- the whole life has a limit
local t0 = task.now()
local err = check.raises("timeout", "2s", pie.run, "puppet", { steps = { { "print", "early" }, { "sleep", 60 } } }, { timeout = "2s" })
check.eq(math.floor(task.now() - t0 + 0.5), 2)
check.eq(err.result.stdout, "early")
check.eq(err.retryable, true)
task.sleep(1)
check.eq(#pie.default():list_instances(), 0)

---- a silent program has a limit
local err = check.raises("idle", nil, pie.run, "puppet", { steps = { { "print", "a" }, { "sleep", 2 }, { "print", "b" }, { "sleep", 60 } } }, { idle_timeout = 4 })
check.eq(err.result.stdout, "ab")
local took = task.now()
assert(took >= 6 and took <= 7, tostring(took))

---- the programs events can be followed
local seen = {}
local out = pie.run("puppet", { steps = { { "print", "a" }, { "send", "m" } }, value = "v" }, { on_event = function(event, msg, inst)
  seen[#seen + 1] = event .. ":" .. msg
  check.eq(inst.program:match("^puppet"), "puppet")
end })
check.eq(seen, { "Stdout:a", "Message:m", "Completed:v" })
check.eq(out.stdout, "a")
check.eq(out.messages, { "m" })

---- run left early ends its instance
check.raises("script", "enough", pie.run, "source", { n = 1000, rate = 10 }, { on_event = function() error("enough") end })
task.sleep(1)
check.eq(#pie.default():list_instances(), 0)

---- keep bounds what was read
local out = pie.run("source", { n = 100, size = 100 }, { keep = 1000, on_event = function() end })
check.eq(#out.stdout, 1000)
check.eq(out.truncated, true)
check.has(out.stdout, "100...")

---- what was not read is whole
local out = pie.run("source", { n = 100, size = 100 }, { keep = 1000 })
check.eq(#out.stdout, 10000)
check.eq(out.truncated, false)

---- max output bounds what wait collects
local err = check.raises("overflow", nil, pie.run, "source", { n = 10000, size = 1000 }, { max_output = "1MiB", buffer = 1000 })
assert(#err.result.stdout > 1000)
check.eq(check.raises("timeout", nil, pie.run, "sleep", { seconds = 9 }, { timeout = 0.1 }).op, "pie.run")
check.raises("io", "there is no folder no/such", pie.run, "noop", {}, { save_dir = "no/such" })
local err = check.raises("overflow", "raise max_output", pie.run, "source", { n = 100, size = 1000 }, { max_output = "10KiB" })
assert(#err.result.stdout <= 11000)
