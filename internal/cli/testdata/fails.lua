-- Many kinds of work at once, which go on until something fails: in the way that arg[1] names, at arg[3] seconds.
local way, seed, after = arg[1], tonumber(arg[2]), tonumber(arg[3])
local names = {}

local function sources(i)
  local inst = pie.launch("source", { n = 1000000, rate = 10 + i })
  for piece in inst:stream() do names[#names + 1] = piece end
end

local function talkers(i)
  local inst = pie.launch("echo")
  while true do
    inst:send("word " .. i)
    inst:recv_message()
    task.sleep(0.07)
  end
end

local function sleepers() pie.run("sleep", { seconds = 100000 }) end

local function churners(i)
  while true do
    pie.run("noop")
    task.sleep(0.05 * i)
  end
end

-- Neither of these may stop a cancel, nor hide a failure.
local function stubborn(work, ...)
  local ok, err = pcall(work, ...)
  if not ok then error(err, 0) end
end

local function careful(work, ...)
  task.defer(function() task.sleep(0.3) end)
  local args = { ... }
  return task.scope(function() return work(unpack(args)) end)
end

local kinds = { sources, talkers, sleepers, churners }
local function work(i)
  local one = kinds[(i + seed) % #kinds + 1]
  local how = (i + math.floor(seed / 4)) % 3
  if how == 0 then return one(i) end
  if how == 1 then return stubborn(one, i) end
  return careful(one, i)
end

local function everything()
  if seed % 3 == 0 then
    flow.map(6, work, { concurrency = 6, on_error = "stop" })
  elseif seed % 3 == 1 then
    task.scope(function()
      for i = 1, 6 do task.spawn(work, i) end
    end)
  else
    local all = {}
    for i = 1, 6 do all[i] = task.spawn(work, i) end
    for i = 1, 6 do all[i]:join() end
  end
end

task.spawn(function()
  for n = 1, 1000000 do
    print("beat " .. n)
    task.sleep(0.03)
  end
end)

if way == "Lua error" then
  task.spawn(function()
    task.sleep(after)
    error("struck")
  end)
elseif way == "program exception" then
  task.spawn(function()
    task.sleep(after)
    pie.run("fail", { message = "struck" })
  end)
elseif way == "timeout" and seed % 2 == 0 then
  task.timeout(after, everything)
elseif way == "cancel" then
  local t = task.spawn(everything)
  task.sleep(after)
  t:cancel()
  if seed % 2 == 1 then t:join() end
  os.exit(0)
end
everything()
