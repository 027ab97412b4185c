-- Programs that ask for tools. ask(c, server, tool, args) gives the text of the result and whether it is an error, or
-- nil and the JSON-RPC error.
local ask = {}

function ask.method(c, server, method, params)
  return c:run("asker", { server = server, method = method, params = params or json.object {} }):json()
end

function ask.tool(c, server, tool, args)
  local answer = ask.method(c, server, "tools/call", { name = tool, arguments = args or json.object {} })
  if answer.error then return nil, answer.error end
  local piece = answer.result.content[1]
  return piece and piece.text, answer.result.isError == true, answer.result
end

return ask
