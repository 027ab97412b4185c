---@meta jsonl
-- The module jsonl: files with one JSON value a line. Types for editors (LuaCATS); never run.

---@class jsonl.ReadOptions
---@field null? "keep"|"drop" `json.null`, or absence
---@field big? "refuse"|"text"|"nearest" whole numbers that Lua cannot hold: an error, their digits, the nearest number
---@field skip_bad? boolean leave out lines that are no JSON, false
---@field max_line? size longest line; a longer one raises `value`, `"64MiB"`

---@class jsonl.WriterOptions
---@field append? boolean keep what is in the file, false

---@class jsonl
jsonl = {}

--- An iterator of row and line number, which reads on as rows are taken. `"-"` is standard input. Empty lines are
--- skipped. Raises `io`, and `value` that begins with file, line and column.
---
--- ```lua
--- for row, line in jsonl.read("questions.jsonl") do print(line, row.text) end
--- ```
---@async
---@param path string
---@param opts? jsonl.ReadOptions
---@return async fun(): any, integer
function jsonl.read(path, opts) end

--- All rows as a list.
---
--- ```lua
--- local rows = jsonl.load("questions.jsonl", { skip_bad = true })
--- print(#rows)
--- ```
---@async
---@param path string
---@param opts? jsonl.ReadOptions
---@return any[]
function jsonl.load(path, opts) end

--- Writes all rows. The file is the old one or the new one, never half. A table with names is no list and raises
--- `usage`: one row is `{ row }`.
---
--- ```lua
--- jsonl.save("answers.jsonl", { { id = 1, text = "yes" }, { id = 2, text = "no" } })
--- ```
---@async
---@param path string
---@param list any[]
function jsonl.save(path, list) end

--- Opens a file to write rows one by one, from any number of tasks. It is closed with its scope at the latest.
---
--- ```lua
--- local w = jsonl.writer("answers.jsonl", { append = true })
--- w:write({ id = 1, text = "yes" })
--- ```
---@async
---@param path string
---@param opts? jsonl.WriterOptions
---@return jsonl.Writer
function jsonl.writer(path, opts) end

---@class jsonl.Writer
local Writer = {}

--- Writes one whole line and returns when the system has it, so that a crash of pierun does not lose it.
---
--- ```lua
--- local w = jsonl.writer("answers.jsonl")
--- flow.map(3, function(i) w:write({ id = i }) end)
--- ```
---@async
---@param row any
function Writer:write(row) end

--- Closes the file once all is written. Twice is harmless.
---
--- ```lua
--- local w = jsonl.writer("answers.jsonl")
--- w:close()
--- ```
---@async
function Writer:close() end
