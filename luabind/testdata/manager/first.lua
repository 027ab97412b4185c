-- One session through everything that a first script does.
local client = require("backendai").from_env()
local image = os.getenv("BACKEND_IMAGE")
print(client:get_manager_version().manager, client.scaling_group.list()[1], #client.resource_preset.list())
local session = client:session{ image = image, resources = { cpu = 1, mem = "256m" }, timeout = "3m" }
print(session:execute("print(6*7)").stdout)
print(session:execute("x = input('name? ')\nprint('got', x)", { input = "bob" }).stdout)
for kind, text in session:stream("import time\nfor i in range(3):\n  print(i, flush=True); time.sleep(1)") do io.write(text) end
print(session:batch{ build = "echo built", exec = "exit 3" }.exit_code)
local _, err = try(session.execute, session, "import time\ntime.sleep(60)", { timeout = "3s" })
print(err.kind, session:execute("print('usable')").stdout)
session:write("deep/large", ("0123456789"):rep(300000))
print(#session:read("deep/large"), session:files("deep")[1].name)
print(session:logs()() ~= nil)
client.vfolder.create("from-lua")
client.vfolder.mkdir("a", "from-lua")
print(client.vfolder.list_files(".", "from-lua")[1].name)
client.vfolder.delete("from-lua")
local id = session.id
session:destroy()
task.timeout("2m", function() -- the manager answers before it is done
  while client.compute_session.get(id).status ~= "TERMINATED" do task.sleep("200ms") end
end)
print(client.compute_session.get(id).status)
local _, err = try(client.session, client, { image = image, name = "x" })
print(err.kind)
