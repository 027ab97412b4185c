local check = require "check"

check.eq({ try(function(...) return ... end, 1, 2) }, { 1, 2 })
local value, err = try(error, "plain")
check.eq({ value, err.kind, err.message }, { nil, "script", "plain" })
value, err = try(function() local x; return x.y end)
check.eq({ err.kind, err.where }, { "script", "testdata/try_test.lua:6" })
value, err = try(fs.read, "no/such/file")
check.eq({ err.kind, err.op }, { "io", "fs.read" })
local ok, again = pcall(error, err)
check.eq(again == err, true)
check.match("it failed: " .. err, "no such file")

-- what cannot be called is a mistake at the call of try, not a failure to handle
check.fails("usage", "try: argument 1 must be a function, not nil", function() try(fs.raed, "x") end)
check.eq(try(setmetatable({}, { __call = function(_, x) return x end }), 7), 7)

-- as in Lua, a file that is not there is an error of io.lines
check.fails("io", "no such file", io.lines, "no/such/file")

-- a cancelled task cannot be kept alive
local reached
local t = task.spawn(function()
  while true do
    try(task.sleep, 10)
    reached = true
  end
end)
task.sleep(1)
t:cancel()
check.fails("cancelled", "", t.join, t)
check.eq(reached, nil)
