---@meta log
-- The module log: one line on standard error, with time, level and the task's name. Types for editors (LuaCATS); never
-- run.

---@alias log.Level
---| "debug"
---| "info"
---| "warn"
---| "error"

---@class log
log = {}

--- Says what is of use only when looking for a mistake. Shown with `--log-level debug`.
---
--- ```lua
--- log.debug("cache missed", { key = "a" })
--- ```
---@param message any
---@param fields? table<string, any>
function log.debug(message, fields) end

--- Says what is going on.
---
--- ```lua
--- log.info("round finished", { round = 3, score = 0.7 })
--- ```
---@param message any
---@param fields? table<string, any>
function log.info(message, fields) end

--- Says what is odd but no failure.
---
--- ```lua
--- log.warn("empty answer", { id = 17 })
--- ```
---@param message any
---@param fields? table<string, any>
function log.warn(message, fields) end

--- Says what failed. It raises nothing.
---
--- ```lua
--- local text, err = try(fs.read, "missing.txt")
--- if err then log.error(err, { path = "missing.txt" }) end
--- ```
---@param message any
---@param fields? table<string, any>
function log.error(message, fields) end

--- Sets the lowest level that is shown, and gives the one that holds now.
---
--- ```lua
--- log.level("warn")
--- ```
---@param name? log.Level
---@return log.Level
function log.level(name) end
