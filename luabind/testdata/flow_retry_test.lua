local check = require "check"

-- results of the first try that succeeds
local from = task.now()
local a, b = flow.retry(function(attempt)
  if attempt < 3 then task.timeout(1, task.sleep, 2) end
  return attempt, "x"
end, { delay = 1, factor = 3, jitter = false })
check.eq({ a, b }, { 3, "x" })
check.near(task.now() - from, 1 + 1 + 1 + 3)

-- the longest pause
from = task.now()
local err = check.fails("timeout", "", flow.retry, function() task.timeout(0, task.sleep, 1) end, { times = 4, delay = 1, factor = 10, max_delay = 5, jitter = false })
check.near(task.now() - from, 1 + 5 + 5 + 5)
check.eq(err.attempts, 5)

-- jitter takes up to half of it
from = task.now()
check.fails("timeout", "", flow.retry, function() task.timeout(0, task.sleep, 1) end, { times = 1, delay = 10 })
local pause = task.now() - from
check.eq(pause >= 5 and pause <= 10, true)

-- what is tried again
local function tries(opts, fn)
  local n = 0
  opts.delay = 0
  local _, err = try(flow.retry, function(attempt) n = attempt fn() end, opts)
  return n, err
end
check.eq(tries({}, function() error("plain") end), 1)
check.eq(tries({}, function() task.timeout(0, task.sleep, 1) end), 4)
check.eq(tries({ times = 0 }, function() task.timeout(0, task.sleep, 1) end), 1)
check.eq(tries({ on = { "script" } }, function() error("plain") end), 4)
check.eq(tries({ on = { "script" } }, function() task.timeout(0, task.sleep, 1) end), 1)
check.eq(tries({ on = function(e) return e.message == "again" end }, function() error("again") end), 4)
check.eq(tries({ on = function(e) return e.message == "again" end }, function() error("other") end), 1)
local _, last = tries({ timeout = 1 }, function() task.sleep(2) end)
check.eq({ last.kind, last.attempts }, { "timeout", 4 })


-- what is not tried again says what would have it tried; a mistake, a last try and an error with a hint do not
local function hint(opts, fn) return select(2, tries(opts, fn)).hint end
check.eq(hint({}, function() error("plain") end),
  'a plain error is not tried again; on = function(err) return err.retryable or err.kind == "script" end of flow.retry tries it, too')
check.eq(hint({}, function() json.decode("nonsense") end):match("^an error of kind value is not tried again"), "an error of kind value is not tried again")
check.eq(hint({}, function() local t = nil; return t.x end), nil)
check.eq(hint({ times = 0 }, function() error("plain") end), nil)
check.eq(hint({ on = { "timeout" } }, function() error("plain") end), nil)
check.eq(hint({}, function() flow.retry() end), nil)
check.eq((hint({}, function() pie.connect("ws://a b") end) or ""):match("not tried again"), nil)
local _, failed = flow.map(1, function() error("plain") end, { retry = 2, allow_failed = true })
check.eq(failed[1].error.hint:match("retry = { on = .* } of flow.map tries it, too$") ~= nil, true)
_, failed = flow.map(1, function() error("plain") end, { allow_failed = true })
check.eq(failed[1].error.hint, nil)

-- each try is a scope
local left = {}
flow.retry(function(attempt)
  task.defer(function() table.insert(left, attempt) end)
  if attempt < 3 then task.spawn(error, "from a child") task.sleep(1) end
end, { on = { "script" }, delay = 0 })
check.eq(left, { 1, 2, 3 })

check.fails("usage", 'did you mean "timeout"?', flow.retry, print, { on = { "timeot" } })
check.fails("usage", "must not be negative", flow.retry, print, { times = -1 })
check.fails("usage", "at least 1", flow.retry, print, { factor = 0.5 })
check.fails("usage", "list of kinds or a function", flow.retry, print, { on = "timeout" })
check.fails("usage", "argument 1 must be a function", flow.retry)
