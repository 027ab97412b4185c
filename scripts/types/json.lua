---@meta json
-- The module json. Types for editors (LuaCATS); never run.

---@class json.EncodeOptions
---@field indent? integer spaces a level, 0: one line
---@field sort? boolean names in byte order, true; else in the order they were set

---@class json.DecodeOptions
---@field null? "keep"|"drop" `json.null`, or absence
---@field big? "refuse"|"text"|"nearest" whole numbers that Lua cannot hold (some beyond 2^53): an error, their digits, the nearest number

---@class json
---@field null userdata JSON's null: one value, equal to itself, and true in an `if`
json = {}

--- The JSON text of a value. Keys 1…n are a list, text keys an object; `{}` is an object. Raises `value`, with the place,
--- for what JSON cannot say: functions, NaN, holes, text that is not UTF-8.
---
--- ```lua
--- print(json.encode({ name = "a", tags = json.array {} }, { indent = 2 }))
--- ```
---@param v any
---@param opts? json.EncodeOptions
---@return string
function json.encode(v, opts) end

--- The value of a JSON text. Raises `value` with line and column: for what is no JSON, and for a whole number that
--- would lose digits (Lua's numbers are doubles), unless `big` says what to make of it.
---
--- ```lua
--- local row = json.decode('{"id": 1, "note": null}')
--- if row.note == json.null then print("no note") end
--- print(json.decode('{"id": 9007199254740993}', { big = "text" }).id)
--- ```
---@param text string
---@param opts? json.DecodeOptions
---@return any
function json.decode(text, opts) end

--- Marks a table as a list, so that it encodes as `[]` when it is empty, and gives it back.
---
--- ```lua
--- print(json.encode({ tags = json.array {} }))
--- ```
---@generic T: table
---@param t T
---@return T
function json.array(t) end

--- Marks a table as an object, so that numbers become names, and gives it back.
---
--- ```lua
--- print(json.encode(json.object { [10] = "ten" }))
--- ```
---@generic T: table
---@param t T
---@return T
function json.object(t) end
