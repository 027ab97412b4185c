local check = require "check"

-- a channel without room hands over
do
  local ch = task.channel()
  local got = {}
  local reader = task.spawn(function() for v in ch do table.insert(got, v) end end)
  for i = 1, 3 do ch:send(i) end
  ch:close()
  ch:close()
  reader:join()
  check.eq(got, { 1, 2, 3 })
  check.eq(ch:recv(), nil)
  check.fails("usage", "closed", ch.send, ch, 1)
  check.fails("usage", "nil", ch.send, ch, nil)
end

-- one with room
do
  local ch = task.channel(2)
  ch:send("a")
  ch:send(false)
  check.eq(#ch, 2)
  check.fails("timeout", "", ch.send, ch, "c", 1)
  check.fails("timeout", "", ch.send, ch, "c", 0)
  check.eq({ ch:recv(), ch:recv() }, { "a", false })
  check.fails("timeout", "", ch.recv, ch, "1s")
  check.fails("usage", "negative", task.channel, -1)
  check.match(tostring(ch), "channel")
  check.fails("usage", "must be a table, not a channel", task.select, ch)
end

-- select: list order breaks ties, names take turns
do
  local a, b = task.channel(9), task.channel(9)
  for i = 1, 8 do a:send(i) b:send(-i) end
  check.eq({ task.select { a, b } }, { 1, 1 })
  local seen = {}
  for _ = 1, 8 do
    local key = task.select { x = a, y = b }
    seen[key] = (seen[key] or 0) + 1
  end
  check.eq(seen, { x = 4, y = 4 })
end

-- select: time, tasks, sends, closed channels
do
  local ch = task.channel()
  check.eq(task.select({ ch }, { timeout = 0 }), nil)
  local from = task.now()
  check.eq(task.select({ ch }, { timeout = "2s" }), nil)
  check.near(task.now() - from, 2)
  local t = task.spawn(function() task.sleep(1) return "done", 2 end)
  check.eq({ task.select { ch, work = t } }, { "work", "done", 2 })
  task.spawn(function() task.sleep(1) ch:recv() end)
  check.eq((task.select { out = { ch, send = "x" } }), "out")
  ch:close()
  check.eq({ task.select { ch } }, { 1 })
  check.fails("usage", "neither a channel", task.select, { 5 })
  check.fails("usage", "for ever", task.select, {})
  check.eq(task.select({}, { timeout = 1 }), nil)
end

-- semaphore
do
  local sem, at_once, most = task.semaphore(2), 0, 0
  task.scope(function(s)
    for _ = 1, 6 do
      s:spawn(function()
        check.eq({ sem:with(function(...)
          at_once = at_once + 1
          most = math.max(most, at_once)
          task.sleep(1)
          at_once = at_once - 1
          return ...
        end, 1, 2) }, { 1, 2 })
      end)
    end
  end)
  check.eq(most, 2)
  sem:acquire()
  sem:acquire(1)
  check.fails("timeout", "", sem.acquire, sem, 1)
  sem:release()
  sem:release()
  check.fails("usage", "", sem.release, sem)
  pcall(sem.with, sem, error, "x")
  sem:acquire() sem:acquire() sem:release() sem:release()
  check.fails("usage", "whole number", task.semaphore, 0)
end

-- limiter
do
  local lim = task.limiter(10, { burst = 1 })
  check.near(lim:acquire(), 0)
  local from = task.now()
  for _ = 1, 10 do lim:acquire() end
  check.near(task.now() - from, 1)
  check.fails("timeout", "", lim.acquire, lim, 1, 0)
  check.fails("usage", "more than 0", task.limiter, 0)
  check.fails("usage", "at least 1", task.limiter, 1, { burst = 0.5 })
end

-- all wait for each other
do
  local ch = task.channel()
  check.fails("script", "deadlock", ch.recv, ch)
end
