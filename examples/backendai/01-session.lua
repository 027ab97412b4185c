-- A compute session on Backend.AI: code, files and logs. It is destroyed when the script ends.
--   BACKEND_ENDPOINT=… BACKEND_ACCESS_KEY=… BACKEND_SECRET_KEY=… pierun examples/backendai/01-session.lua

local backendai = require "backendai"
local client = backendai.from_env()

local session = client:session{ image = "python", resources = { cpu = 1, mem = "1g" }, progress = true, timeout = "5m" }

print(session:execute("print('hello from the session')").stdout)

for kind, text in session:stream("print('one')\nprint('two')") do
  io.write(kind, ": ", text)
end

session:write("data/numbers.txt", "1\n2\n3\n")
for _, file in ipairs(session:files("data")) do
  print(file.name, file.size)
end
