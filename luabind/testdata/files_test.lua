local check = require "check"
local tmp = arg[1] .. "/"

-- fs
fs.write(tmp .. "a.txt", "one")
fs.append(tmp .. "a.txt", " two")
fs.append(tmp .. "b.txt", "new")
check.eq(fs.read(tmp .. "a.txt"), "one two")
check.eq(fs.list(tmp), { "a.txt", "b.txt" })
fs.write(tmp .. "a.txt", "\0\255")
check.eq(fs.read(tmp .. "a.txt"), "\0\255")
check.eq({ fs.exists(tmp .. "a.txt"), fs.exists(tmp .. "c") }, { true, false })
fs.mkdir(tmp .. "deep/er")
fs.mkdir(tmp .. "deep/er")
check.eq(fs.list(tmp .. "deep"), { "er" })
check.fails("io", "not empty", fs.remove, tmp .. "deep")
fs.remove(tmp .. "deep/er")
fs.remove(tmp .. "deep")
fs.remove(tmp .. "b.txt")
check.eq(fs.list(tmp), { "a.txt" })
local err = check.fails("io", "no such file", fs.read, "no/such/file")
check.match(err.hint, "current folder")
check.eq({ err.op, err.retryable }, { "fs.read", false })
check.fails("io", tmp .. "x/y", fs.write, tmp .. "x/y", "")
check.fails("io", "", fs.list, tmp .. "x")
check.fails("io", "", fs.remove, tmp .. "x")
check.fails("io", "", fs.read, tmp)
check.fails("usage", "argument 2 must be a string", fs.write, tmp .. "x")
check.eq(fs.here("check.lua"):gsub("\\", "/"), "testdata/check.lua")
check.eq(fs.exists(fs.here("check.lua")), true)
check.eq(fs.here(), "testdata")

-- jsonl.save, load, read
local rows = { { id = 1, text = "a\nb" }, { id = 2, none = json.null }, "three", json.array {} }
local path = tmp .. "rows.jsonl"
jsonl.save(path, rows)
check.eq(fs.read(path), '{"id":1,"text":"a\\nb"}\n{"id":2,"none":null}\n"three"\n[]\n')
check.eq(jsonl.load(path), rows)
local n = 0
for row, line in jsonl.read(path) do
  n = n + 1
  check.eq({ line, row }, { n, rows[n] })
end
check.eq(n, 4)
check.eq(jsonl.load(path, { null = "drop" })[2], { id = 2 })
check.fails("value", "row 2: cannot encode a function (at f)", jsonl.save, path, { 1, { f = print } })
check.fails("value", "row 2 is nil", jsonl.save, path, { 1, nil, 3 })
check.fails("usage", 'argument 2 must be a list; this table has names ("id")', jsonl.save, path, { id = 1, text = "x" })
check.fails("usage", 'this table has names ("total")', jsonl.save, path, { 1, 2, total = 2 })
check.eq(#jsonl.load(path), 4)
jsonl.save(tmp .. "none.jsonl", {})
check.eq(fs.read(tmp .. "none.jsonl"), "")
fs.remove(tmp .. "none.jsonl")

-- blanks, a mark of byte order, the end without a line end, bad lines
fs.write(path, "\239\187\191{\"a\":1}\r\n\n  \n[2]\nnull\nnope\n{\"a\":3}")
local seen = {}
local err = check.fails("value", path .. ":6:1: not JSON: unexpected 'nope' in place of a value", function()
  for row, line in jsonl.read(path) do table.insert(seen, line) end
end)
check.match(err.hint, "skip_bad")
check.eq(seen, { 1, 4, 5 })
check.fails("value", path .. ":6:1: not JSON: unexpected 'nope' in place of a value", jsonl.load, path)
check.eq(jsonl.load(path, { skip_bad = true, null = "drop" }), { { a = 1 }, { 2 }, { a = 3 } })

fs.write(path, '{"a":1}\n{"a":tru\n')
check.fails("value", path .. ":2:9: not JSON: unexpected end inside true", jsonl.load, path)

-- lines of the longest length, and over it
fs.write(path, '"' .. ("x"):rep(998) .. '"\n"' .. ("y"):rep(998) .. '"')
check.eq(#jsonl.load(path, { max_line = 1000 }), 2)
fs.append(path, "\n" .. ("1"):rep(1001) .. "\n")
err = check.fails("value", path .. ":3: the line is longer than 1000 B", jsonl.load, path, { max_line = 1000 })
check.match(err.hint, "max_line")
check.eq(#jsonl.load(path, { max_line = "1MiB", skip_bad = true }), 2)
check.fails("usage", "max_line", jsonl.load, path, { max_line = 0 })

err = check.fails("io", "no such file", fs.write, tmp .. "none/x", "text")
check.match(err.hint, "there is no folder " .. tmp .. "none; fs.mkdir makes one")

-- a row with a number that Lua cannot hold is a good row: it is not left out
fs.write(path, '{"id":1}\n{"id":9007199254740993}')
err = check.fails("value", path .. ":2:7: the whole number 9007199254740993", jsonl.load, path, { skip_bad = true })
check.match(err.hint, 'big = "text"')
check.eq(jsonl.load(path, { big = "text" })[2].id, "9007199254740993")
check.eq(jsonl.load(path, { big = "nearest" })[2].id, 2 ^ 53)
check.fails("usage", '"refuse", "text" or "nearest"', jsonl.load, path, { big = "exact" })
check.fails("io", "no such file", jsonl.read, tmp .. "none.jsonl")
check.fails("usage", "unknown option", jsonl.load, path, { skip = true })
fs.write(path, "")
check.eq(jsonl.load(path), {})

-- several tasks may read from one iterator
local list = {}
for i = 1, 20000 do list[i] = i end
jsonl.save(path, list)
local next_row, sum = jsonl.read(path), 0
task.scope(function(s)
  for _ = 1, 8 do
    s:spawn(function() for row in next_row do sum = sum + row task.sleep(0) end end)
  end
end)
check.eq(sum, 20000 * 20001 / 2)
check.eq(next_row(), nil)

-- writer
local w = jsonl.writer(path)
w:write({ a = 1 })
check.eq(fs.read(path), '{"a":1}\n')
task.scope(function(s)
  for i = 1, 100 do s:spawn(function() w:write(i) end) end
end)
check.eq(#jsonl.load(path), 101)
check.fails("value", "cannot encode", w.write, w, print)
check.fails("value", "nil", w.write, w)
w:write("after")
w:close()
w:close()
check.fails("io", "closed", w.write, w, 1)
check.eq(#jsonl.load(path), 102)

-- closed with its scope; what a crash cut off does not swallow the next row
local inner
task.scope(function()
  inner = jsonl.writer(path, { append = true })
  inner:write("more")
end)
check.fails("io", "closed", inner.write, inner, 1)
check.eq(#jsonl.load(path), 103)
fs.append(path, '{"torn')
inner = jsonl.writer(path, { append = true })
inner:write("whole")
inner:close()
check.eq(#jsonl.load(path, { skip_bad = true }), 104)
local kept = task.scope(function() return jsonl.writer(path) end)
kept:write(1)
kept:close()
check.eq(jsonl.load(path), { 1 })
check.fails("io", "", jsonl.writer, tmp .. "none/x.jsonl")
check.fails("usage", "print(json.encode(row))", jsonl.writer, "-")
