local check = require "check"

-- spawn and join
do
  local t = task.spawn(function(a, b) task.sleep(1) return a + b, "x" end, 1, 2)
  check.eq(t.status, "running")
  local sum, x = t:join()
  check.eq({ sum, x }, { 3, "x" })
  check.eq(t.status, "done")
  check.eq({ t:join() }, { 3, "x" })
  t.name = "adder"
  check.eq(t.name, "adder")
  check.match(tostring(t), "adder")
  check.fails("usage", "cannot be set", function() t.status = "x" end)
  check.fails("usage", "colon", function() t.join() end)
  check.fails("usage", "task.spawn: argument 1 must be a function", task.spawn, 1)
end

-- cancel
do
  local cleaned
  local t = task.spawn(function()
    task.defer(function() task.sleep(0.5) cleaned = true end)
    pcall(task.sleep, 100)
    error("not reached")
  end)
  task.sleep(1)
  t:cancel("not needed")
  local err = check.fails("cancelled", "not needed", t.join, t)
  check.eq(cleaned, true)
  check.eq(t.status, "cancelled")
end

-- a failing task cancels its scope
do
  local other
  local err = check.fails("script", "broken", task.scope, function(s)
    other = s:spawn(task.sleep, 100)
    s:spawn(function() task.sleep(1) error("broken") end)
    task.sleep(50)
  end)
  check.eq(other.status, "cancelled")
end

-- scope
do
  local n = 0
  local from = task.now()
  local a, b = task.scope(function(s)
    for i = 1, 10 do s:spawn(function() task.sleep(i) n = n + i end) end
    return "a", "b"
  end)
  check.eq({ a, b, n }, { "a", "b", 55 })
  check.near(task.now() - from, 10)
  check.fails("timeout", "2s", task.scope, function() task.sleep(3) end, { timeout = 2 })
  check.fails("usage", 'did you mean "timeout"', task.scope, print, { timeuot = 2 })
  check.fails("timeout", "", task.scope, function() task.sleep(1) end, { timeout = 0 })
  local s
  task.scope(function(inner)
    s = inner
    inner:spawn(task.sleep, 100)
    task.sleep(1)
    inner:cancel()
    task.sleep(1)
  end)
  check.near(task.now() - from, 14)
  check.fails("usage", "has ended", s.spawn, s, print)
end

-- all, any, race, settle
do
  local function after(d, v) return function() task.sleep(d) if v == nil then error("none after " .. d) end return v end end
  check.eq(task.all { after(2, "a"), x = after(1, "b"), y = task.spawn(after(1, "c")) }, { "a", x = "b", y = "c" })
  check.fails("script", "none after 1", task.all, { after(1), after(5, "x") })
  local v, k = task.any { after(1), b = after(2, "two"), c = after(3, "three") }
  check.eq({ v, k }, { "two", "b" })
  check.fails("script", "none after 2", task.any, { after(1), after(2) })
  local err = check.fails("script", "all 2 failed:", task.any, { after(2), b = after(1) })
  check.eq((err.message:gsub("task_test.lua:%d+", "L"):gsub("%S*/", "")), "all 2 failed:\n  b: L: none after 1\n  1: L: none after 2")
  check.eq(check.fails("script", "", task.any, { after(1) }).message, "none after 1")
  v, k = task.race { slow = after(2, "a"), fast = after(1, "b") }
  check.eq({ v, k }, { "b", "fast" })
  check.fails("script", "none after 1", task.race, { after(1), after(2, "a") })
  local settled = task.settle { after(1, "a"), after(2) }
  check.eq({ settled[1].ok, settled[1].value, settled[2].ok, settled[2].error.kind }, { true, "a", false, "script" })
end

-- timeout and deadline
do
  check.eq({ task.timeout(2, function(...) task.sleep(1) return ... end, 1, 2) }, { 1, 2 })
  check.fails("timeout", "1m30s", task.timeout, "1m30s", task.sleep, 100)
  check.fails("timeout", "", task.timeout, 0, task.sleep, 1)
  check.fails("usage", "argument 1", task.timeout, nil, print)
  check.fails("usage", "argument 2 must be a function", task.timeout, 1)
  check.eq(task.deadline(task.now() + 2, function() task.sleep(1) return "in time" end), "in time")
  check.fails("timeout", "", task.deadline, task.now() + 2, task.sleep, 3)
  for _, past in ipairs { task.now() - 1, -1, -math.huge, 0, task.now() } do
    check.fails("timeout", "0s passed", task.deadline, past, task.sleep, 1)
  end
  check.fails("usage", "is not a number", task.deadline, 0 / 0, print)
  check.fails("usage", "must not be negative", task.timeout, -1, print)
  -- a limit of 0 is over at the first wait, and at the end
  local began, waited
  check.fails("timeout", "", task.timeout, 0, function() began = true task.sleep(0) waited = true end)
  check.eq({ began, waited }, { true, nil })
  check.fails("timeout", "", task.timeout, 0, function() return "without a wait" end)
  local value, err = try(task.timeout, 1, task.sleep, 2)
  check.eq({ value, err.kind, err.retryable }, { nil, "timeout", true })
end

-- defer: last first, also after an error
do
  local order = {}
  pcall(task.scope, function()
    task.defer(function() table.insert(order, "first") end)
    task.defer(function() task.sleep(1) table.insert(order, "second") end)
    error("x")
  end)
  check.eq(order, { "second", "first" })
end

-- sleep
do
  local from = task.now()
  task.sleep("250ms")
  check.near(task.now() - from, 0.25)
  check.fails("usage", "task.sleep", task.sleep)
  check.fails("usage", "negative", task.sleep, -1)
end

-- a scope that is being left takes no tasks
do
  local ran
  check.fails("usage", "is being left", task.scope, function(s)
    task.defer(function() s:spawn(function() ran = true end) end)
  end)
  check.eq(ran, nil)
  task.scope(function() task.defer(function() task.spawn(function() ran = true end) end) end)
  check.eq(ran, true)
end
