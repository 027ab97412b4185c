---@meta fs
-- The module fs: whole files. Paths are relative to the current folder. Raises `io`. Types for editors (LuaCATS);
-- never run.

---@class fs
fs = {}

--- The whole file, up to 1 GiB.
---
--- ```lua
--- local prompt = fs.read(fs.here("prompt.txt"))
--- ```
---@async
---@param path string
---@return string
function fs.read(path) end

--- Replaces the file as a whole: it is the old one or the new one, never half.
---
--- ```lua
--- fs.write("answer.txt", "42\n")
--- ```
---@async
---@param path string
---@param data string
function fs.write(path, data) end

--- Adds to the end of the file, and makes it if there is none.
---
--- ```lua
--- fs.append("notes.txt", "one more line\n")
--- ```
---@async
---@param path string
---@param data string
function fs.append(path, data) end

--- Whether there is a file or a folder.
---
--- ```lua
--- if not fs.exists("answers.jsonl") then print("nothing yet") end
--- ```
---@async
---@param path string
---@return boolean
function fs.exists(path) end

--- The names in a folder, sorted.
---
--- ```lua
--- for _, name in ipairs(fs.list(".")) do print(name) end
--- ```
---@async
---@param path string
---@return string[]
function fs.list(path) end

--- Removes a file, or an empty folder.
---
--- ```lua
--- fs.remove("answer.txt")
--- ```
---@async
---@param path string
function fs.remove(path) end

--- Makes a folder and those above it. One that is there is fine.
---
--- ```lua
--- fs.mkdir("out/pictures")
--- ```
---@async
---@param path string
function fs.mkdir(path) end

--- The path of something beside the script, wherever that was started from.
---
--- ```lua
--- for row in jsonl.read(fs.here("data", "questions.jsonl")) do print(row.text) end
--- ```
---@param ... string parts of a path
---@return string
function fs.here(...) end
