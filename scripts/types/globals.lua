---@meta globals
-- What is global beside the modules. Types for editors (LuaCATS); never run.

---@alias pierun.Kind
---| "usage"
---| "connect"
---| "auth"
---| "refused"
---| "unsupported"
---| "program"
---| "launch"
---| "exception"
---| "aborted"
---| "out_of_resources"
---| "server"
---| "timeout"
---| "idle"
---| "cancelled"
---| "lost"
---| "overflow"
---| "protocol"
---| "budget"
---| "io"
---| "value"
---| "script"

---@class pierun.Error the one error value; `tostring(err)` is a line for a person, `error(err)` raises it again
---@field kind pierun.Kind
---@field message string
---@field retryable boolean another try may succeed
---@field op? string the call that failed, `"pie.run"`
---@field where? string file and line of the script
---@field instance_id? string
---@field server? string what the server said, word for word
---@field hint? string what to do next
---@field traceback? string
---@field result? pie.Result what was received before it
---@field running? boolean|"unknown" of `lost`: whether the program still runs, as far as that is known at once
---@field attachable? boolean of `lost`: whether `client:attach_instance` can go on
---@field attempts? integer of `flow.retry`: how often it was tried
---@field value? any what was raised, where that was neither text nor an error value

--- The words of the command line as they were written: the script at 0, what follows it from 1 on. A `--` among them lets
--- words follow that are flags of pierun, too; `args.parse` takes it out.
---@type table<integer, string>
arg = {}

--- Calls `fn` and gives its results, or nil and an error value. Plain errors are wrapped as kind `script`. The
--- cancellation of this task is not caught.
---
--- ```lua
--- local result, err = try(pie.run, "text-completion", { prompt = "Once" }, { timeout = "5s" })
--- print(result and result.text or err.kind)
--- ```
---@async
---@param fn async fun(...: any): ...
---@param ... any its arguments
---@return any ... results, or nil and a `pierun.Error`
function try(fn, ...) end
