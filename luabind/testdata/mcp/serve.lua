---- a program calls a function
local mcp, ask = require "mcp", require "testdata.mcp.ask"
local c = pie.connect()
local offer = mcp.serve(c, "demo", { echo = { description = "says it again", run = function(args) return args.text .. "!" end } })
check.eq(offer.name, "demo")
check.eq(tostring(offer), "tools offered as demo")
check.eq(ask.tool(c, "demo", "echo", { text = "hi" }), "hi!")
local out = c:run("mcp-example", { text = "hello" }):json()
check.eq(out.servers, { "demo" })
check.eq(json.decode(out.tools_json), { tools = { { name = "echo", description = "says it again", inputSchema = { type = "object" } } } })
check.eq(json.decode(out.result).content[1].text, "hello!")

---- what a function gives
local mcp, ask = require "mcp", require "testdata.mcp.ask"
local c = pie.connect()
local value
mcp.serve(c, "demo", { get = { run = function() return value end } })
local function given(v)
  value = v
  local text, failed, result = ask.tool(c, "demo", "get")
  return text, result, failed
end
check.eq(given("text"), "text")
check.eq(given(42), "42")
check.eq(given(true), "true")
check.eq(given(nil), nil)
check.eq(given({ 1, 2 }), "[1,2]")
local text, result = given({ a = 1 })
check.eq(text, '{"a":1}')
check.eq(result.structuredContent, { a = 1 })
local _, result, failed = given({ content = { { type = "image", data = "AAAA", mimeType = "image/png" } }, isError = true })
check.eq(result.content[1].type, "image")
check.eq(failed, true)
local text, _, failed = given(print)
check.has(text, "what JSON cannot say")
check.eq(failed, true)

---- errors become errors of the tool
local mcp, ask = require "mcp", require "testdata.mcp.ask"
local c = pie.connect()
mcp.serve(c, "demo", {
  raise = { run = function() error("disk full", 0) end },
  mistake = { run = function(args) return args.a.b end },
  pie = { run = function() return pie.run("fail", { message = "out of ideas" }).text end },
})
local text, failed = ask.tool(c, "demo", "raise")
check.eq(text, "disk full")
check.eq(failed, true)
local text, failed = ask.tool(c, "demo", "mistake")
check.has(text, "serve.lua:")
check.eq(failed, true)
local text, failed = ask.tool(c, "demo", "pie")
check.eq(failed, true)
local _, err = ask.tool(c, "demo", "nonesuch")
check.eq(err, { code = -32602, message = "Unknown tool: nonesuch" })
check.eq(ask.method(c, "demo", "resources/list").error.code, -32601)
check.eq(ask.method(c, "demo", "tools/call", { 1 }).error.code, -32602)
check.eq(ask.method(c, "other", "tools/list").error.code, -1)

---- arguments are checked
local mcp, ask = require "mcp", require "testdata.mcp.ask"
local c = pie.connect()
local calls = 0
mcp.serve(c, "demo", { add = {
  input = { properties = { a = { type = "number" }, b = { type = "number" } }, required = { "a", "b" } },
  run = function(args)
    calls = calls + 1
    return args.a + args.b
  end,
} })
check.eq(ask.tool(c, "demo", "add", { a = 1, b = 2 }), "3")
local text, failed = ask.tool(c, "demo", "add", { a = 1 })
check.has(text, "the arguments do not fit")
check.has(text, "b")
check.eq(failed, true)
check.has(ask.tool(c, "demo", "add", { a = 1, b = "x" }), "the arguments do not fit")
check.eq(calls, 1)
local tools = ask.method(c, "demo", "tools/list").result.tools
check.eq(tools[1].inputSchema.type, "object")
check.eq(tools[1].inputSchema.required, { "a", "b" })

---- tools wait, many at once
local mcp, ask = require "mcp", require "testdata.mcp.ask"
local c = pie.connect()
local now, most = 0, 0
mcp.serve(c, "demo", { slow = { run = function(args)
  now = now + 1
  most = math.max(most, now)
  task.sleep(1)
  now = now - 1
  return tostring(args.n)
end } })
local t0 = task.now()
local results = flow.map(32, function(n) return (ask.tool(c, "demo", "slow", { n = n })) end)
check.eq(results[32], "32")
check.eq(most, 32)
check.eq(task.now() - t0, 1)

---- a tool runs programs itself
local mcp, ask = require "mcp", require "testdata.mcp.ask"
local c = pie.connect()
mcp.serve(c, "demo", { outer = { run = function() return ask.tool(c, "demo", "inner") .. "!" end }, inner = { run = function() return "in" end } })
check.eq(ask.tool(c, "demo", "outer"), "in!")

---- a tool that takes too long is cancelled
local mcp, ask = require "mcp", require "testdata.mcp.ask"
local c = pie.connect()
local cleaned
mcp.serve(c, "demo", { forever = { run = function()
  task.defer(function() cleaned = true end)
  task.sleep("1h")
end } }, { call_timeout = "2s" })
local _, err = ask.tool(c, "demo", "forever")
check.eq(err, { code = -32000, message = "MCP server 'demo' did not answer tools/call within 2s" })
task.sleep(1) -- for the task to see it
check.eq(cleaned, true)

---- a tool is cancelled with its program
local mcp = require "mcp"
local c = pie.connect()
local started, cleaned = task.channel(), task.channel(1)
mcp.serve(c, "demo", { forever = { run = function()
  task.defer(function() cleaned:send(true) end)
  started:send(true)
  task.sleep("1h")
end } })
local inst = c:launch("asker", { server = "demo", method = "tools/call", params = { name = "forever" } })
started:recv("1s")
inst:terminate()
check.eq(cleaned:recv("1s"), true)

---- closed tools have gone
local mcp, ask = require "mcp", require "testdata.mcp.ask"
local c = pie.connect()
local offer = mcp.serve(c, "demo", { a = { run = function() return "1" end } })
check.raises("usage", "already", mcp.serve, c, "demo", {})
offer:close()
offer:close()
local _, err = ask.tool(c, "demo", "a")
check.eq(err, { code = -32000, message = "MCP server 'demo' is no longer running" })
mcp.serve(c, "demo", { a = { run = function() return "2" end } })
check.eq(ask.tool(c, "demo", "a"), "2")

---- tools end with their scope, unless they are returned
local mcp, ask = require "mcp", require "testdata.mcp.ask"
local c = pie.connect()
task.scope(function()
  mcp.serve(c, "inner", { a = { run = function() return "1" end } })
  check.eq(ask.tool(c, "inner", "a"), "1")
end)
check.eq(select(2, ask.tool(c, "inner", "a")).message, "MCP server 'inner' is no longer running")
local offer = task.scope(function() return mcp.serve(c, "kept", { a = { run = function() return "1" end } }) end)
check.eq(ask.tool(c, "kept", "a"), "1")
offer:close()

---- a client that is used around it is used in the tools
local mcp, ask = require "mcp", require "testdata.mcp.ask"
local c = pie.connect()
c:use(function() mcp.serve(c, "demo", { who = { run = function() return pie.launch("echo").client == c end } }) end)
check.eq(ask.tool(c, "demo", "who"), "true")

---- a closed client
local mcp = require "mcp"
local c = pie.connect()
mcp.serve(c, "demo", {})
c:close()
check.raises("lost", "closed", mcp.serve, c, "demo", {})

---- the default client is connected when it is needed
local mcp, ask = require "mcp", require "testdata.mcp.ask"
mcp.serve(pie.default(), "demo", { a = { run = function() return "1" end } })
check.eq(ask.tool(pie.default(), "demo", "a"), "1")

---- wrong calls
local mcp = require "mcp"
local c = pie.connect()
local run = function() end
check.raises("usage", "must be a client", mcp.serve, 5, "demo", {})
check.raises("usage", "not connected", mcp.serve, pie.client(), "demo", {})
check.raises("usage", "name", mcp.serve, c, "", {})
check.raises("usage", "table of name", mcp.serve, c, "demo", { run })
check.raises("usage", "run", mcp.serve, c, "demo", { a = {} })
check.raises("usage", "description", mcp.serve, c, "demo", { a = { run = run, descripton = "x" } })
check.raises("usage", "object", mcp.serve, c, "demo", { a = { run = run, input = { type = "string" } } })
check.raises("usage", "json.array", mcp.serve, c, "demo", { a = { run = run, input = { required = {} } } })
check.raises("usage", "call_timeout", mcp.serve, c, "demo", {}, { call_timeout = 0 })
check.raises("usage", "one of the two", mcp.connect, {})
check.raises("usage", "one of the two", mcp.connect, { command = { "x" }, url = "http://x" })
check.raises("usage", "client", mcp.connect, { command = { "x" }, allow = {} })
check.raises("usage", "must be a client", mcp.connect, { command = { "x" }, client = {} })
check.raises("usage", "headers", mcp.connect, { command = { "x" }, headers = { a = "b" } })
check.raises("usage", "cwd", mcp.connect, { url = "http://x", cwd = "/" })
check.raises("usage", "command", mcp.connect, { comand = { "x" } })
check.raises("connect", "did not start", mcp.connect, { command = { "/nonesuch/server" } })
