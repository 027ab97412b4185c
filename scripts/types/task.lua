---@meta task
-- The module task: threads of control that wait for one another. Types for editors (LuaCATS); never run.

---@alias task.Status
---| "running"
---| "done"
---| "failed"
---| "cancelled"

---@class task.Settled one entry of what `task.settle` gives
---@field ok boolean
---@field value any the first result, when ok
---@field error? pierun.Error why not, when not ok

---@class task.ScopeOptions
---@field timeout? duration after which the scope is cancelled and `timeout` raised

---@class task.SelectOptions
---@field timeout? duration after which `nil` is returned; 0 only looks

---@class task.LimiterOptions
---@field per? duration in which `rate` are let through, `"1s"`
---@field burst? number how many are let through at once, `rate`

---@alias task.Cases table<any, task.Channel|task.Task|pie.Instance|table>

---@class task
task = {}

--- Starts `fn` beside the caller, in its innermost scope. If it fails, that scope is cancelled: expect failure inside,
--- with `try` or `flow.retry`. It begins when its turn comes: while hundreds of launches are on their way and answers to
--- them come, up to a quarter of a second later.
---
--- ```lua
--- local t = task.spawn(function(name) return pie.run("text-completion", { prompt = name }).text end, "Once")
--- print(t:join())
--- ```
---@param fn async fun(...: any): ...
---@param ... any its arguments
---@return task.Task
function task.spawn(fn, ...) end

--- Calls `fn` with a new scope, and waits for everything that was spawned in it. The first error cancels the rest and
--- is raised. What the scope owns is terminated at its end, except what `fn` returns.
---
--- ```lua
--- task.scope(function(s)
---   for i = 1, 3 do s:spawn(function() print(pie.run("helloworld").text) end) end
--- end, { timeout = "1m" })
--- ```
---@async
---@param fn async fun(s: task.Scope): ...
---@param opts? task.ScopeOptions
---@return any ... what `fn` returns
function task.scope(fn, opts) end

--- Has `fn` called when the innermost scope of this task ends, also by an error or a cancel; last one first. It may
--- wait, five seconds in all (`--grace`); what the scope owns is ended behind it.
---
--- ```lua
--- local inst = pie.launch("chat")
--- task.defer(function() inst:send("bye") end)
--- ```
---@param fn async fun()
function task.defer(fn) end

--- Runs functions, or waits for tasks, and gives the first result of each under the same key. The first failure
--- cancels the rest and is raised.
---
--- ```lua
--- local texts = task.all {
---   short = function() return pie.run("text-completion", { prompt = "A", max_tokens = 5 }).text end,
---   long = function() return pie.run("text-completion", { prompt = "A", max_tokens = 50 }).text end,
--- }
--- print(texts.short, texts.long)
--- ```
---@async
---@param list table<any, (async fun(): any)|task.Task>
---@return table<any, any>
function task.all(list) end

--- Gives the first success and its key; the others are cancelled. If all fail, the last error is raised; its message
--- has a line for each of them, by its key.
---
--- ```lua
--- local text, from = task.any {
---   a = function() return pie.run("text-completion", { prompt = "A" }).text end,
---   b = function() return pie.run("raw-completion", { prompt = "A" }).text end,
--- }
--- ```
---@async
---@param list table<any, (async fun(): any)|task.Task>
---@return any value
---@return any key
function task.any(list) end

--- Gives the first to end and its key, and raises if that one failed; the others are cancelled.
---
--- ```lua
--- local answer = task.race {
---   function() return pie.run("text-completion", { prompt = "A" }).text end,
---   function() task.sleep(2) return "too slow" end,
--- }
--- ```
---@async
---@param list table<any, (async fun(): any)|task.Task>
---@return any value
---@return any key
function task.race(list) end

--- Waits for all and tells for each whether it succeeded. Nothing is cancelled or raised.
---
--- ```lua
--- for key, s in pairs(task.settle { a = function() return 1 end, b = function() error("no") end }) do
---   print(key, s.ok, s.value or s.error)
--- end
--- ```
---@async
---@param list table<any, (async fun(): any)|task.Task>
---@return table<any, task.Settled>
function task.settle(list) end

--- Waits.
---
--- ```lua
--- task.sleep("250ms")
--- ```
---@async
---@param d duration
function task.sleep(d) end

--- Seconds on a clock that never jumps; for the time of day there is `os.time`.
---
--- ```lua
--- local from = task.now()
--- pie.run("helloworld")
--- print(task.now() - from)
--- ```
---@return number
function task.now() end

--- Calls `fn`; after `d` everything in it is ended and `timeout` is raised. With 0 the time is over at once: `fn` comes
--- as far as its first wait, and `timeout` is raised in any case.
---
--- ```lua
--- local text, err = try(task.timeout, "5s", function() return pie.run("text-completion", { prompt = "A" }).text end)
--- ```
---@async
---@param d duration
---@param fn async fun(...: any): ...
---@param ... any its arguments
---@return any ... what `fn` returns
function task.timeout(d, fn, ...) end

--- `task.timeout` with the end given as a time of `task.now`, so that several calls can share one. A time that has passed,
--- also one below 0, is a timeout of 0.
---
--- ```lua
--- local at = task.now() + 60
--- local first = task.deadline(at, function() return pie.run("text-completion", { prompt = "A" }).text end)
--- local second = task.deadline(at, function() return pie.run("text-completion", { prompt = first }).text end)
--- ```
---@async
---@param at number
---@param fn async fun(...: any): ...
---@param ... any its arguments
---@return any ... what `fn` returns
function task.deadline(at, fn, ...) end

--- Makes a channel. With capacity 0 a send waits for its receiver.
---
--- ```lua
--- local ch = task.channel(10)
--- task.spawn(function() for i = 1, 3 do ch:send(i) end ch:close() end)
--- for v in ch do print(v) end
--- ```
---@param capacity? integer
---@return task.Channel
function task.channel(capacity) end

--- Waits for the first of several: a channel, an instance or a task to receive from, or `{ channel, send = value }`.
--- Gives its key, then what its `recv` or `join` gives; `nil` when the time is over. In a list the earlier one goes first,
--- names take turns.
---
--- ```lua
--- local inst, stop = pie.launch("chat"), task.channel()
--- local key, event, msg = task.select({ program = inst, stop = stop }, { timeout = "10s" })
--- ```
---@async
---@param cases task.Cases
---@param opts? task.SelectOptions
---@return any key
---@return any ... what it received
function task.select(cases, opts) end

--- Lets `n` in at a time.
---
--- ```lua
--- local sem = task.semaphore(4)
--- sem:with(function() return pie.run("helloworld") end)
--- ```
---@param n integer
---@return task.Semaphore
function task.semaphore(n) end

--- Lets `rate` through in each `per`, first come, first served.
---
--- ```lua
--- local lim = task.limiter(10, { per = "1s" })
--- lim:acquire()
--- ```
---@param rate number
---@param opts? task.LimiterOptions
---@return task.Limiter
function task.limiter(rate, opts) end

---@class task.Task
---@field name string shown in errors and in the log; may be set
---@field status task.Status
local Task = {}

--- Waits for the end and gives what the function returned. Raises its error; `cancelled` if it was cancelled.
---
--- ```lua
--- local t = task.spawn(function() return 1, 2 end)
--- print(t:join("10s"))
--- ```
---@async
---@param timeout? duration
---@return any ...
function Task:join(timeout) end

--- Asks the task to end and does not wait; `join` does.
---
--- ```lua
--- local t = task.spawn(function() task.sleep("1h") end)
--- t:cancel("not needed any more")
--- ```
---@param reason? string
function Task:cancel(reason) end

---@class task.Scope what `task.scope` hands to its function
local Scope = {}

--- Starts `fn` as a task of this scope.
---
--- ```lua
--- task.scope(function(s) s:spawn(function() print("beside") end) end)
--- ```
---@param fn async fun(...: any): ...
---@param ... any its arguments
---@return task.Task
function Scope:spawn(fn, ...) end

--- Ends the tasks of the scope, not its function. The scope returns normally then.
---
--- ```lua
--- task.scope(function(s)
---   s:spawn(function() task.sleep("1h") end)
---   task.sleep(1)
---   s:cancel()
--- end)
--- ```
function Scope:cancel() end

---@class task.Channel
---@operator len: integer
---@operator call: any
local Channel = {}

--- Sends a value, waiting until there is room or a receiver. Raises `usage` for nil or a closed channel.
---
--- ```lua
--- local ch = task.channel(1)
--- ch:send({ id = 1 }, "5s")
--- ```
---@async
---@param v any
---@param timeout? duration
function Channel:send(v, timeout) end

--- The next value; nil when the channel is closed and empty.
---
--- ```lua
--- local ch = task.channel(1)
--- ch:send("x")
--- print(ch:recv())
--- ```
---@async
---@param timeout? duration
---@return any
function Channel:recv(timeout) end

--- Says that nothing more will be sent. What is in the channel can still be received.
---
--- ```lua
--- local ch = task.channel()
--- ch:close()
--- print(ch:recv())
--- ```
function Channel:close() end

---@class task.Semaphore
local Semaphore = {}

--- Waits for a place.
---
--- ```lua
--- local sem = task.semaphore(2)
--- sem:acquire("10s")
--- sem:release()
--- ```
---@async
---@param timeout? duration
function Semaphore:acquire(timeout) end

--- Gives a place back. More often than acquired raises `usage`.
---
--- ```lua
--- local sem = task.semaphore(1)
--- sem:acquire()
--- task.defer(function() sem:release() end)
--- ```
function Semaphore:release() end

--- Calls `fn` while it has a place, and gives it back however `fn` ends.
---
--- ```lua
--- local sem = task.semaphore(1)
--- print(sem:with(function(a, b) return a + b end, 1, 2))
--- ```
---@async
---@param fn async fun(...: any): ...
---@param ... any its arguments
---@return any ... what `fn` returns
function Semaphore:with(fn, ...) end

---@class task.Limiter
local Limiter = {}

--- Waits until `n` may go through and gives the seconds waited.
---
--- ```lua
--- local lim = task.limiter(1000, { per = "1m" })
--- print(lim:acquire(50, "10s"))
--- ```
---@async
---@param n? number 1 if left out
---@param timeout? duration
---@return number
function Limiter:acquire(n, timeout) end
