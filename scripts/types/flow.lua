---@meta flow
-- The module flow: many rows at once, further tries, progress. Types for editors (LuaCATS); never run.

---@alias flow.Items any[]|(async fun(): any)|task.Channel|integer

---@class flow.Failure a row that failed
---@field index integer
---@field item any
---@field error pierun.Error
---@field attempts integer how often it was tried

---@class flow.RetryOptions
---@field times? integer further tries, 3
---@field on? string[]|fun(err: pierun.Error): boolean kinds of error to try again after; those with `err.retryable`, which a plain `error(...)` is not
---@field timeout? duration of one try
---@field delay? duration before the second try, `"500ms"`
---@field factor? number by which it grows, 2
---@field max_delay? duration up to which it grows, `"30s"`
---@field jitter? boolean take up to half of it away, true

---@class flow.MapOptions
---@field concurrency? integer rows at once, 32
---@field timeout? duration of one try of one row
---@field retry? integer|flow.RetryOptions further tries of a row, 0
---@field ordered? boolean tell of rows in their order, true; `results` is always by index
---@field window? integer rows that may be ahead of the oldest unfinished one, 4 × concurrency
---@field on_result? async fun(value: any, item: any, index: integer) called one at a time; then `results` stays empty
---@field on_failure? async fun(failure: flow.Failure) called at the row's turn
---@field stop_when? async fun(value: any, item: any, index: integer): boolean true: the rest is cancelled, map returns
---@field on_error? "collect"|"stop" `"stop"`: the first failed row cancels the rest and is raised
---@field allow_failed? boolean failed rows do not change the exit code
---@field progress? string label of a progress line
---@field total? integer how many rows there are, when `items` cannot tell

---@class flow.ProgressOptions
---@field total? integer

---@class flow
flow = {}

--- Calls `fn(item, index, attempt)` for every item, many at once, and gives its first results by index (nil counts as
--- true, a failed row is false) and the list of failed rows. Iterators are pulled only as rows start. Each row is a
--- scope.
---
--- A mistake in the script, or an error that every row would have (a login that is refused, an unknown program, a server
--- to which no connection has worked yet), stops the whole map: rows that are under way are
--- cancelled, `on_result` and `on_failure` are told of those that have ended, and the error is raised. When an iterator
--- of items raises (a broken line of `jsonl.read`), the rows that have begun go on to their end and are told of first.
---
--- ```lua
--- local answers, failed = flow.map({ "red", "green" }, function(word)
---   return pie.run("text-completion", { prompt = word }, { timeout = "60s" }).text
--- end, { concurrency = 8, retry = 2, progress = "answers" })
--- for i, text in ipairs(answers) do print(i, text) end
--- ```
---@async
---@param items flow.Items a list, an iterator function, a channel, or a number n for 1…n
---@param fn async fun(item: any, index: integer, attempt: integer): any
---@param opts? flow.MapOptions
---@return any[] results
---@return flow.Failure[] failed
function flow.map(items, fn, opts) end

--- Calls `fn(attempt)` again while it fails with an error that may go away. Each try is a scope: its instances are gone
--- before the next one. The last error is raised, with `.attempts`.
---
--- ```lua
--- local text = flow.retry(function(attempt)
---   return pie.run("text-completion", { prompt = "Once" }).text
--- end, { times = 5, on = { "timeout", "lost" }, timeout = "30s" })
---
--- -- a plain error(...) is not tried again, unless `on` says so
--- local score = flow.retry(function()
---   return tonumber(pie.run("judge", { text = text }).text) or error("the judge gave no number")
--- end, { on = function(err) return err.retryable or err.kind == "script" end })
--- ```
---@async
---@param fn async fun(attempt: integer): ...
---@param opts? flow.RetryOptions
---@return any ... what `fn` returns
function flow.retry(fn, opts) end

--- Shows a progress line on standard error. It ends with its scope.
---
--- ```lua
--- local p = flow.progress("pages", { total = 3 })
--- for _ = 1, 3 do p:add() end
--- p:done("all read")
--- ```
---@param label string
---@param opts? flow.ProgressOptions
---@return flow.Progress
function flow.progress(label, opts) end

---@class flow.Progress
local Progress = {}

--- Counts more as done.
---
--- ```lua
--- local p = flow.progress("rows")
--- p:add(10)
--- ```
---@param n? integer 1 if left out
function Progress:add(n) end

--- Counts more as failed.
---
--- ```lua
--- local p = flow.progress("rows")
--- p:fail()
--- ```
---@param n? integer 1 if left out
function Progress:fail(n) end

--- Says how many are done in all.
---
--- ```lua
--- local p = flow.progress("bytes", { total = 1024 })
--- p:set(512)
--- ```
---@param n integer
function Progress:set(n) end

--- Ends the line, with a word on it.
---
--- ```lua
--- local p = flow.progress("rows")
--- p:done("saved")
--- ```
---@param text? string
function Progress:done(text) end
