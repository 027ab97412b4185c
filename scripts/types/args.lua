---@meta args
-- The module args: the words after FILE on the command line. Types for editors (LuaCATS); never run.

---@alias args.Type
---| "string"
---| "integer"
---| "number"
---| "boolean"
---| "duration" # in the result: seconds
---| "size" # in the result: bytes
---| "file" # must exist; "-" is standard input

---@class args.Item
---@field [1] string `"name"` of a positional, or `"--name"`
---@field [2]? string short form of a flag, `"-n"`
---@field type? args.Type that of `default`, else `"string"`
---@field default? any a positional without one is required
---@field help? string
---@field choices? any[]
---@field min? number|string
---@field max? number|string
---@field many? boolean a list: a flag may be repeated, a positional takes all that is left
---@field required? boolean of a flag

---@class args
args = {}

--- Reads the words after FILE by a spec: the text of `--help`, then one table for each argument. Gives a table with
--- their long names, `-` as `_`. Wrong words end the script with exit 2 and the usage; a spec that is
--- wrong, or has a default outside its own bounds, raises `usage`.
---
--- ```lua
--- local opts = args.parse {
---   "Answers the questions of a file.",
---   { "questions", type = "file", help = "one JSON object a line" },
---   { "--limit", "-n", type = "integer", default = 10, min = 1, help = "how many to take" },
---   { "--verbose", default = false },
--- }
--- print(opts.questions, opts.limit, opts.verbose)
--- ```
---@param spec (string|args.Item)[]
---@return table<string, any>
function args.parse(spec) end
