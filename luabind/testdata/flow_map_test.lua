local check = require "check"

-- results by index, whatever order rows end in; nil counts as true
do
  local results, failed = flow.map({ "a", "b", "c" }, function(item, index, attempt)
    task.sleep(4 - index)
    return item .. index .. attempt
  end)
  check.eq({ results, failed }, { { "a11", "b21", "c31" }, {} })
  check.eq(flow.map(3, function() end), { true, true, true })
  check.eq(flow.map(2, function(i) return i > 1 end), { false, true })
  check.eq({ flow.map({}, print) }, { {}, {} })
  check.eq(flow.map(0, print), {})
end

-- concurrency
do
  local now, most, from = 0, 0, task.now()
  flow.map(10, function()
    now = now + 1
    most = math.max(most, now)
    task.sleep(1)
    now = now - 1
  end, { concurrency = 3 })
  check.eq(most, 3)
  check.near(task.now() - from, 4)
end

-- items: iterators are pulled only as rows start, channels until they are closed, lists may grow
do
  local pulled, running = 0, 0
  local results = flow.map(function()
    if pulled == 50 then return nil end
    pulled = pulled + 1
    return pulled
  end, function(n)
    running = running + 1
    check.eq(pulled - running <= 1, true)
    task.sleep(1)
    return n
  end, { concurrency = 2 })
  check.eq(#results, 50)
  check.eq(flow.map(string.gmatch("a b c", "%a"), string.upper), { "A", "B", "C" })
  local ch = task.channel()
  task.spawn(function() for i = 1, 5 do task.sleep(1) ch:send(i) end ch:close() end)
  check.eq(flow.map(ch, function(i) return i * i end), { 1, 4, 9, 16, 25 })
  local list = { 1 }
  check.eq(#flow.map(list, function(i) if i < 6 then list[#list + 1] = i + 1 end end, { concurrency = 1 }), 6)
  local queue, open = task.channel(100), 1
  queue:send(1)
  local visited = 0
  flow.map(queue, function(n) task.sleep(1) return n < 16 and { 2 * n, 2 * n + 1 } or {} end, { on_result = function(next)
    visited = visited + 1
    for _, n in ipairs(next) do open = open + 1 queue:send(n) end
    open = open - 1
    if open == 0 then queue:close() end
  end })
  check.eq(visited, 31)
  check.fails("usage", "hole at 2", flow.map, { 1, nil, 3 }, print)
  check.fails("usage", "has names", flow.map, { a = 1 }, print)
  check.fails("usage", "whole number", flow.map, 1.5, print)
  check.fails("usage", "must be a list, an iterator function", flow.map, "x", print)
  check.fails("usage", "argument 2 must be a function", flow.map, 1)
  check.fails("script", "no more", flow.map, function() error("no more") end, print)
end

-- failed rows
do
  local results, failed = flow.map(4, function(i)
    task.sleep(5 - i)
    if i % 2 == 0 then error("bad " .. i) end
    return i
  end, { allow_failed = true })
  check.eq(results, { 1, false, 3, false })
  check.eq({ failed[1].index, failed[1].item, failed[1].attempts, failed[1].error.message }, { 2, 2, 1, "bad 2" })
  check.eq({ #failed, failed[2].index }, { 2, 4 })
  check.match(failed[1].error.where, "flow_map_test.lua")
  check.match(failed[1].error.traceback, "row 2")
  local _, unordered = flow.map(4, function(i) task.sleep(5 - i) error("bad " .. i, 0) end, { allow_failed = true, ordered = false })
  check.eq(unordered[1].index, 4)
end

-- what stops the whole map
do
  local ended
  check.fails("script", "attempt to index", flow.map, 3, function(i)
    task.defer(function() ended = true end)
    if i == 2 then local x; return x.y end
    task.sleep(100)
  end)
  check.eq(ended, true)
  check.fails("usage", "task.sleep", flow.map, 3, function() task.sleep("x") end)
  check.fails("script", "bad 1", flow.map, 3, function(i) task.sleep(i) error("bad " .. i) end, { on_error = "stop" })
  check.fails("usage", '"collect" or "stop"', flow.map, 1, print, { on_error = "x" })
  check.fails("usage", "at least 1", flow.map, 1, print, { concurrency = 0 })
  check.fails("usage", 'did you mean "concurrency"', flow.map, 1, print, { concurency = 2 })
  check.fails("script", "from on_result", flow.map, 3, function() task.sleep(1) end, { on_result = function() error("from on_result") end })
  check.fails("script", "from on_failure", flow.map, 3, function() error("x") end, { on_failure = function() error("from on_failure") end, allow_failed = true })
  check.fails("script", "from stop_when", flow.map, 3, function() task.sleep(1) end, { stop_when = function() error("from stop_when") end })
end

-- on_result in order, one at a time; results stay empty
do
  local order, busy = {}, false
  local results, failed = flow.map(6, function(i)
    task.sleep(7 - i)
    if i == 3 then error("three") end
    return "r" .. i
  end, { allow_failed = true, on_result = function(value, item, index)
    check.eq(busy, false)
    busy = true
    task.sleep(1)
    busy = false
    table.insert(order, value .. item .. index)
  end, on_failure = function(failure) table.insert(order, failure.error.message) end })
  check.eq(order, { "r111", "r222", "three", "r444", "r555", "r666" })
  check.eq({ results, #failed }, { {}, 1 })
  order = {}
  flow.map(4, function(i) task.sleep(5 - i) return i end, { ordered = false, on_result = function(i) table.insert(order, i) end })
  check.eq(order, { 4, 3, 2, 1 })
end

-- an iterator that fails: the rows that have begun end, and are told of in order, before its error is raised
do
  local function rows(last, raised)
    local n = 0
    return function()
      n = n + 1
      if n > last then error(raised, 0) end
      return n
    end
  end
  local told, ended = {}, 0
  local failed = {}
  check.fails("script", "line 6 is broken", flow.map, rows(5, "line 6 is broken"), function(i)
    task.sleep(6 - i)
    ended = ended + 1
    if i == 4 then error("row 4", 0) end
    return i
  end, { concurrency = 7, on_result = function(v) task.sleep(1) table.insert(told, v) end, on_failure = function(f) table.insert(failed, f.index) end })
  check.eq({ told, failed, ended }, { { 1, 2, 3, 5 }, { 4 }, 5 })
  local raised = {}
  local ok, err = pcall(flow.map, rows(1, raised), function(i) task.sleep(1) end)
  check.eq({ ok, rawequal(err, raised) }, { false, true })
  -- a limit around the map ends them at once
  local from, cleaned = task.now(), 0
  check.fails("timeout", "", task.timeout, 5, flow.map, rows(3, "broken"), function()
    task.defer(function() cleaned = cleaned + 1 end)
    task.sleep(100)
  end, { on_result = function() end })
  check.near(task.now() - from, 5)
  check.eq(cleaned, 3)
  -- and a mistake in one of them ends the others
  from = task.now()
  check.fails("script", "attempt to index", flow.map, rows(3, "broken"), function(i)
    task.sleep(i)
    if i == 2 then local x; return x.y end
    task.sleep(100)
  end)
  check.near(task.now() - from, 2)
end

-- words of the script's own are a failure of the row, whatever they are; what the machine says is a mistake
do
  local words = { "attempt to index a nil value", "bad argument #1 to 'x'", "invalid answer" }
  local _, failed = flow.map(words, function(text) error(text) end, { allow_failed = true })
  check.eq(#failed, 3)
  _, failed = flow.map(words, function(text) assert(false, text) end, { allow_failed = true })
  check.eq(#failed, 3)
  _, failed = flow.map(words, function(text)
    local ok, e = pcall(coroutine.wrap(function() task.scope(function() error(text, 0) end) end))
    error(e, 0)
  end, { allow_failed = true })
  check.eq(#failed, 3)
  for _, mistake in ipairs { function() local x; return x.y end, function() coroutine.yield() end, function() return ("x"):find("[") end,
    function() return coroutine.wrap(function() local x; x() end)() end } do
    check.fails("script", "", flow.map, 2, mistake, { allow_failed = true })
  end
end

-- an error that ends the map: what had ended behind a gap is told of first, the rest is cancelled
do
  local told, cleaned
  local function row(i)
    task.defer(function() cleaned = cleaned + 1 end)
    if i == 1 then task.sleep(100) end
    task.sleep(i == 3 and 10 or 1)
    if i == 3 then local x; return x.y end
    return i
  end
  local function on_result(v) task.sleep(1) table.insert(told, v) end
  for _, o in ipairs { { concurrency = 4 }, { concurrency = 4, on_error = "stop" } } do
    told, cleaned = {}, 0
    o.on_result, o.on_failure = on_result, function() error("told of the row that ended the map") end
    local err = check.fails("script", "attempt to index x", flow.map, 6, row, o)
    check.eq({ told, cleaned }, { { 2, 4, 5, 6 }, 6 })
    check.match(err.traceback, "row 3")
  end
  told, cleaned = {}, 0
  check.fails("script", "from stop_when", flow.map, 6, row, { on_result = on_result, stop_when = function(_, _, i)
    if i == 5 then task.sleep(1) error("from stop_when") end
  end })
  check.eq({ told, cleaned }, { { 2, 4, 6 }, 6 })
end

-- the window holds rows back behind a slow one
do
  local ahead, slow_done, most = 0, false, 0
  flow.map(100, function(i)
    if i == 1 then task.sleep(100) slow_done = true return end
    if not slow_done then ahead = ahead + 1 end
  end, { concurrency = 4, window = 10, on_result = function() end })
  check.eq(ahead, 10)
  local without = 0
  slow_done = false
  flow.map(100, function(i)
    if i == 1 then task.sleep(100) slow_done = true return end
    if not slow_done then without = without + 1 end
  end, { concurrency = 4, window = 10 })
  check.eq(without, 99)
end

-- stop_when
do
  local cleaned, from = 0, task.now()
  local results, failed = flow.map(10, function(i)
    task.defer(function() cleaned = cleaned + 1 end)
    task.sleep(i)
    return i
  end, { concurrency = 5, stop_when = function(value, item, index) return value == 3 and item == 3 and index == 3 end })
  check.eq(results, { 1, 2, 3, false, false, false, false, false, false, false })
  check.eq({ #failed, cleaned }, { 0, 7 })
  check.near(task.now() - from, 3)
  local pulled = 0
  results = flow.map(function() pulled = pulled + 1 task.sleep(pulled) return pulled end, function(i) return i end, { stop_when = function(v) return v == 2 end })
  check.eq(results, { 1, 2 })
  local told = {}
  flow.map(5, function(i) task.sleep(i == 1 and 9 or i) return i end, { stop_when = function(v) return v == 3 end, on_result = function(v) table.insert(told, v) end })
  check.eq(told, { 2, 3 })
end

-- timeout and retry of a row
do
  local results, failed = flow.map(3, function(i, _, attempt)
    if i == 2 then task.sleep(10) end
    return attempt
  end, { timeout = 2, allow_failed = true })
  check.eq({ results, failed[1].error.kind }, { { 1, false, 1 }, "timeout" })
  local tries = 0
  results = flow.map({ "x" }, function(_, _, attempt)
    tries = tries + 1
    if attempt < 3 then task.sleep(10) end
    return attempt
  end, { timeout = 1, retry = 5 })
  check.eq({ results, tries }, { { 3 }, 3 })
  results, failed = flow.map(2, function(i) error("never " .. i) end, { retry = 5, allow_failed = true })
  check.eq(failed[1].attempts, 1)
  results, failed = flow.map(2, function(i) error("never " .. i) end, { retry = { times = 2, delay = 0, on = { "script" } }, allow_failed = true })
  check.eq({ failed[1].attempts, failed[1].error.attempts }, { 3, 3 })
  check.fails("usage", "flow.map: retry", flow.map, 1, print, { retry = { tries = 1 } })
end

-- nested, and cancelled from outside
do
  local results = flow.map(3, function(i) return #flow.map(i, function(j) task.sleep(j) return j end) end)
  check.eq(results, { 1, 2, 3 })
  local cleaned = 0
  check.fails("timeout", "", task.timeout, 5, flow.map, 10, function()
    task.defer(function() cleaned = cleaned + 1 end)
    while true do pcall(task.sleep, 100) end
  end, { concurrency = 4 })
  check.eq(cleaned, 4)
end

-- what ends together with the map's surroundings has not failed
local told = {}
local _, err = try(task.timeout, "1s", flow.map, 9, function() task.sleep(60) end, { on_failure = function(f) told[#told + 1] = f.error.kind end })
check.eq(err.kind, "timeout")
check.eq(told, {})
