-- pierun's Lua loop at one job: pierun flow.lua URI WORD N M
local uri, word, n, m = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])

local function mark(text)
  io.stdout:write(text .. "\n")
  io.stdout:flush()
end

local function finish(got, want)
  if got ~= want then
    error(got .. " of " .. want .. " came")
  end
  mark("end")
  io.read("*a")
  os.exit(0)
end

if word == "start" then
  mark("begin")
  finish(0, 0)
end

local c = pie.connect(uri, { dialect = "gateway-0.5", buffer = "8GiB" })
local large = { buffer = "4GiB" } -- the flood is faster than any script reads

-- Each reader launches its own instance, hands it to the main task and reads to the end.
local function readers(count, program, input)
  local ready = task.channel(count)
  local tasks, instances = {}, {}
  for i = 1, count do
    tasks[i] = task.spawn(function()
      local inst = c:launch(program, input, large)
      ready:send(inst)
      local got = 0
      for event, text in inst:events() do
        got = got + 1
      end
      return got - 1 -- the end is an event too
    end)
  end
  for i = 1, count do
    instances[i] = ready:recv()
  end
  return tasks, instances
end

local function total(tasks)
  local sum = 0
  for _, t in ipairs(tasks) do
    sum = sum + t:join()
  end
  return sum
end

local jobs = {}

function jobs.events()
  local tasks, instances = readers(n, "source@1.0.0", { n = m })
  mark("begin")
  instances[1]:send("go")
  finish(total(tasks), n * m)
end

function jobs.silent()
  readers(n, "idle@1.0.0", {})
  local tasks, instances = readers(1, "source@1.0.0", { n = m })
  mark("begin")
  instances[1]:send("go")
  finish(total(tasks), m)
end

function jobs.launches()
  local tasks, ended = {}, 0
  mark("begin")
  for i = 1, n do
    tasks[i] = task.spawn(function()
      local inst = c:launch("noop@1.0.0")
      if inst:recv() == "Completed" then
        ended = ended + 1
      end
    end)
  end
  for i = 1, n do
    tasks[i]:join()
  end
  finish(ended, n)
end

function jobs.echo()
  local ready, go = task.channel(n), task.channel(n)
  local tasks = {}
  for i = 1, n do
    tasks[i] = task.spawn(function()
      local inst = c:launch("echo@1.0.0")
      ready:send(true)
      go:recv()
      for _ = 1, m do
        inst:send("0123456789abcdef")
        inst:recv()
      end
      return m
    end)
  end
  for i = 1, n do
    ready:recv()
  end
  mark("begin")
  go:close()
  finish(total(tasks), n * m)
end

function jobs.down()
  local inst = c:launch("down@1.0.0", { n = m })
  mark("begin")
  inst:send("go")
  local _, blob = inst:recv()
  finish(blob.size, m)
end

function jobs.up()
  local inst = c:launch("up@1.0.0", { n = m })
  local data = ("\0"):rep(m)
  mark("begin")
  inst:send_bytes(data)
  finish(inst:recv(), "Message")
end

function jobs.idle()
  mark("begin")
  local _, instances = readers(n, "idle@1.0.0", {})
  finish(#instances, n)
end

function jobs.map()
  mark("begin")
  local results = flow.map(n, function(i) return i end)
  finish(#results, n)
end

function jobs.maplaunch()
  mark("begin")
  local results = flow.map(n, function(i)
    return c:run("noop@1.0.0", {}).event
  end, { concurrency = 1000 })
  finish(#results, n)
end

jobs[word]()
