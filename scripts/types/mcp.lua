---@meta mcp
-- The module mcp: tools for the programs that ask their client for them (Model Context Protocol). Types for editors
-- (LuaCATS); never run.
-- Load it with: local mcp = require "mcp"
-- Programs of the generations process-0.3 and process-0.4 can ask; with any other server `unsupported` is raised. They
-- see what is offered on the client that launched them, while they are attached to it.
-- Durations are seconds (1.5) or text ("250ms", "1m30s").

---@class mcp.Tool
---@field description? string what it does, for the model
---@field input? table JSON schema of the arguments, an object: { properties = { … }, required = { … } }; none: anything
---@field run async fun(args: table): any text; or a table, which is sent as JSON, or has a list `content` of its own

---@class mcp.ServeOptions
---@field call_timeout? duration after which a program is told that its call failed, "10m"

---@class mcp.ConnectOptions
---@field command? string[] a program with its arguments, that speaks MCP on its standard input and output
---@field cwd? string its folder; the current one
---@field env? table<string, string> added to its environment
---@field url? string instead of a command: a server that speaks streamable HTTP
---@field headers? table<string, string> sent to it
---@field name? string what programs call it; the command's name, or the host
---@field client? pie.Client whose programs may use it; none: only the script does
---@field allow? string[] tools that programs see and may call; "resources/*" and "prompts/*" allow those. All
---@field timeout? duration until it has started and answered, "1m"
---@field call_timeout? duration for one request, "10m"

---@class mcp.CallOptions
---@field timeout? duration the `call_timeout` of the server

---@class mcp
mcp = {}

--- Offers functions as tools to the programs of a client. Each call runs as a task in the scope that owns the offer,
--- and may wait. An error is told to the program as the failure of the tool, and to nobody else; arguments that do not
--- fit `input` never reach the function. The tools are withdrawn when the scope ends.
---
--- ```lua
--- local mcp = require "mcp"
--- local c = pie.connect("ws://localhost:8080")
--- mcp.serve(c, "library", {
---   find = {
---     description = "finds a book by its title",
---     input = { properties = { title = { type = "string" } }, required = { "title" } },
---     run = function(args) return fs.read("books/" .. args.title .. ".txt") end,
---   },
--- })
--- print(c:run("agent", { task = "what is in the book 'seams'?" }).text)
--- ```
---@async
---@param client pie.Client
---@param name string what programs call it
---@param tools table<string, mcp.Tool>
---@param opts? mcp.ServeOptions
---@return mcp.Offer
function mcp.serve(client, name, tools, opts) end

--- Starts an MCP server, or reaches one over HTTP, for the script and, with `client`, for the programs of that client.
--- What it says on standard error comes out there behind "[mcp:NAME] ". Its process ends with the scope, and with it
--- everything that it has started. Raises `connect`.
---
--- ```lua
--- local mcp = require "mcp"
--- local c = pie.connect("ws://localhost:8080")
--- mcp.connect { command = { "uvx", "mcp-server-fetch" }, name = "fetch", client = c, allow = { "fetch" } }
--- print(c:run("agent", { task = "what does example.com say?" }).text)
--- ```
---@async
---@param opts mcp.ConnectOptions
---@return mcp.Server
function mcp.connect(opts) end

--- Tools that are offered to programs.
---@class mcp.Offer
---@field name string
local Offer = {}

--- Withdraws the tools; calls that run are cancelled. Servers keep the name: programs that ask are told that it has
--- gone. Twice is harmless.
---
--- ```lua
--- local offer = mcp.serve(c, "clock", { now = { run = function() return os.date() end } })
--- c:run("agent", { task = "what time is it?" })
--- offer:close()
--- ```
function Offer:close() end

--- A connection to an MCP server.
---@class mcp.Server
---@field name string
local Server = {}

--- Its tools, also those that programs may not use.
---
--- ```lua
--- for _, tool in ipairs(server:tools()) do print(tool.name, tool.description) end
--- ```
---@async
---@return {name: string, description?: string, input: table}[]
function Server:tools() end

--- Calls a tool. Raises `exception` when the tool fails (its words are in `err.server`), `refused` for a tool that is
--- not there, `lost` when the server has gone, `timeout`.
---
--- ```lua
--- local text = server:call("fetch", { url = "https://example.com" }, { timeout = "30s" })
--- local _, result = server:call("weather", { city = "Seoul" })
--- print(result.structuredContent.degrees)
--- ```
---@async
---@param tool string
---@param args? table
---@param opts? mcp.CallOptions
---@return string text the texts of the result
---@return table result as the server gave it
function Server:call(tool, args, opts) end

--- Asks for anything else that programs may ask for: `resources/list`, `resources/read`, `prompts/list`, `prompts/get`.
---
--- ```lua
--- local page = server:request("resources/read", { uri = "file:///notes.txt" })
--- print(page.contents[1].text)
--- ```
---@async
---@param method string
---@param params? table
---@param opts? mcp.CallOptions
---@return table
function Server:request(method, params, opts) end

--- Ends the connection, and the process. Twice is harmless.
---
--- ```lua
--- server:close()
--- ```
---@async
function Server:close() end
