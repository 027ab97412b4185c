-- pierun folder.lua put NAME FILE | remove NAME: a virtual folder with one file in it.
local vfolder = require("backendai").from_env().vfolder
local what, name, file = arg[1], arg[2], arg[3]

local function remove()
  if not try(vfolder.info, name) then return end
  vfolder.delete(name)
  task.timeout("1m", function() -- the manager answers before it is done
    while try(vfolder.info, name) do task.sleep("200ms") end
  end)
end

remove()
if what == "put" then
  flow.retry(function() vfolder.create(name) end, {
    times = 10, delay = "1s", on = function(err) return err.problem == "vfolder-already-exists" end,
  })
  vfolder.upload(file, file, name)
end
