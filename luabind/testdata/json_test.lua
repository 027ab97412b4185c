local check = require "check"

check.eq(json.encode({ b = 1, a = { true, json.null } }), '{"a":[true,null],"b":1}')
check.eq(json.encode({ 1, {} }, { indent = 2 }), "[\n  1,\n  {}\n]")
check.eq(json.encode(json.array {}), "[]")
check.eq(json.encode(json.object { "x" }), '{"1":"x"}')
local ordered = {}
ordered.z = 1
ordered.a = 2
check.eq(json.encode(ordered, { sort = false }), '{"z":1,"a":2}')

check.eq(json.decode('{"a":[1,null],"b":null}'), { a = { 1, json.null }, b = json.null })
check.eq(json.decode('{"a":[1,null,2],"b":null}', { null = "drop" }), { a = { 1, 2 } })
check.eq(json.encode(json.decode('{"empty":[],"none":{}}')), '{"empty":[],"none":{}}')
check.eq(json.decode("12"), 12)
if not json.null then error("json.null is false") end
check.eq(require("json"), json)

-- null has no fields
local rows = json.decode('[null]')
check.fails("script", "attempt to index row, which is json.null, with key 'question'", function() for _, row in ipairs(rows) do return row.question end end)
check.fails("script", "attempt to index json.null with key 'x'", function() return (false or rows[1]).x end)
check.fails("script", "attempt to index row, which is json.null, with key 'x'", function() local row = rows[1] row.x = 1 end)
check.fails("script", "attempt to call json.null", function() rows[1]() end)
check.fails("script", "row.n is json.null", function() local row = { n = json.null } return row.n + 1 end)

-- whole numbers beyond 2^53
check.eq(json.decode("[9007199254740992,-9007199254740994,18446744073709551616,9007199254740993.0,0.1]")[2], -9007199254740994)
check.fails("value", "9007199254740993 does not fit: the nearest that Lua has is 9007199254740992 at 1:2", json.decode, "[9007199254740993]")
check.eq(json.decode('{"id":-9223372036854775807}', { big = "text" }), { id = "-9223372036854775807" })
check.eq(json.decode("9007199254740993", { big = "nearest" }), 2 ^ 53)

local err = check.fails("value", "at 2:6", function() json.decode('{\n "a":}') end)
check.eq(err.op, "json.decode")
check.fails("value", "not JSON: unexpected end inside true at 1:9", json.decode, '{"a":tru')
check.match(err.where, "json_test.lua")
check.fails("value", "(at rows[2].f)", json.encode, { rows = { 1, { f = print } } })
check.fails("value", "list with a hole at 2", json.encode, { 1, nil, 3 })
check.fails("value", "not UTF-8", json.encode, "\255")
check.fails("usage", "must be a string, not nil", json.decode)
check.fails("usage", '"keep" or "drop"', json.decode, "1", { null = "x" })
check.fails("usage", "from 0 to 16", json.encode, 1, { indent = -1 })
check.fails("usage", "metatable of its own", json.array, setmetatable({}, {}))
check.fails("usage", "must be a table", json.array)

-- long texts are decoded beside the scheduler
local long = {}
for i = 1, 30000 do long[i] = { id = i, text = "x" } end
local text, turns = json.encode(long), 0
local other = task.spawn(function() for _ = 1, 3 do turns = turns + 1 task.sleep(0) end end)
check.eq(#json.decode(text), 30000)
check.eq(turns > 0, true)
other:join()
check.fails("value", "at 1:", json.decode, text .. "]")
