-- What the newest JavaScript client has, what accounts give each other, and both logins of a web server.
local backendai = require "backendai"
local function key(which)
  return backendai.client{ access_key = os.getenv("BACKEND_" .. which .. "_ACCESS_KEY"), secret_key = os.getenv("BACKEND_" .. which .. "_SECRET_KEY") }
end
local client, admin, bob = backendai.from_env(), key "ADMIN", key "SMALL"
local function sure(fn, ...) -- the manager's database may refuse two changes at once
  local args = { ... }
  return flow.retry(function() return fn(unpack(args)) end, { times = 5, on = function(err) return err.status == 500 end })
end

-- accounts
print(client:supports("multi-node"), client:supports("avoid-hol-blocking"), client:supports("levitation"))
local keys = client:authorize("alice@example.test", "alice-password-1")
print(keys.access_key:match("^AKIA") ~= nil, keys.role, select(2, try(client.authorize, client, "alice@example.test", "x")).msg)
local made = sure(client.refresh_ssh_keypair, client)
print(made.ssh_private_key:match("PRIVATE KEY"), client:fetch_ssh_keypair().ssh_public_key == made.ssh_public_key)
local ends
for event in admin:background_task(admin.maintenance.rescan_images().task_id) do ends = event end
print(ends:match("^bgtask_")) -- no registry can be reached from here

-- a user's folder is offered, taken and given up; another offer is refused
local name = client:generate_session_id()
local function offer()
  for _, o in ipairs(bob.vfolder.invitations()) do if o.vfolder_name == name then return o end end
end
local function given(folder)
  for _, s in ipairs(client.vfolder.shared()) do if s.vfolder_name == folder then return s.shared_to.email end end
end
client.vfolder.create(name)
print(sure(client.vfolder.invite, "ro", { "bob@example.test" }, name)[1], offer().inviter, offer().perm)
sure(bob.vfolder.accept_invitation, offer().id)
print(offer(), given(name), bob.vfolder.info(name).permission)
sure(bob.vfolder.leave, name)
print(given(name), select(2, try(bob.vfolder.info, name)).status)
sure(client.vfolder.invite, "rw", { "bob@example.test" }, name)
sure(bob.vfolder.delete_invitation, offer().id)
print(offer(), select(2, try(client.vfolder.share, "ro", { "bob@example.test" }, name)).status)
client.vfolder.delete(name)

-- a project's folder is shared by an admin
local project = name .. "-p"
sure(admin.vfolder.create, project, nil, { group = "default" })
sure(admin.vfolder.share, "ro", { "bob@example.test" }, project)
print(given(project))
sure(admin.vfolder.unshare, { "bob@example.test" }, project)
print(given(project))
admin.vfolder.delete(project)

-- the web server
local function web(o)
  o.mode, o.endpoint = "SESSION", os.getenv "PIERUN_BACKENDAI_WEB"
  return backendai.client(o)
end
local user, password = os.getenv "PIERUN_BACKENDAI_WEB_USER", os.getenv "PIERUN_BACKENDAI_WEB_PASSWORD"
local named = web{ user = user, password = password }
print(named:check_login(), named:login(), named:check_login(), named.user.get().email == user)
named:logout()
print(named:check_login(), (select(2, try(function() web{ user = user, password = "x" }:login() end)).msg))
local _, refused = try(function() web{ token = "stale" }.user.get() end)
print(refused.kind, refused.msg, refused.hint:match("fresh one"))
print((select(2, try(function() web{ user = user, password = password }:token_login() end)).title))

-- a template, and a terminal in the session that is made of it
local template = client:request("POST", "/template/session", { group = "default", domain = "default", payload = json.encode{ {
  template = { api_version = "6", kind = "taskTemplate", metadata = { name = name },
    spec = { session_type = "interactive", kernel = { image = os.getenv "BACKEND_IMAGE" }, resources = { cpu = "1", mem = "256m" } } } } } })[1].id
local group = { scaling_group = "default" } -- managers of 23.09 fail without
task.scope(function()
  local first = client:create_session_from_template(template, nil, name, group)
  print(first.status, first.created, client:create_session_from_template(template, nil, name, group).created)
  local session = client:attach(first.sessionId)
  for _, way in ipairs{ "sshd", "ttyd" } do
    local terminal, shown = session:terminal(way), ""
    local function wait(what)
      while not shown:find(what) do shown = shown .. terminal:recv("30s") end
    end
    wait("%$ ") -- the prompt
    terminal:resize(33, 101)
    terminal:send("echo sum-$((6*7)) $(stty size)\n")
    wait("sum%-42 %d+ %d+")
    print(way, shown:match("sum%-42 33 101") or shown:match("sum%-42")) -- one shared screen takes its size later
    terminal:close()
  end
  local stream = session:terminal("pty")
  stream:send("ls\n")
  print(select(2, try(stream.recv, stream, "30s")).kind, session:execute("print('usable')").stdout)
  print(client:get_logs(first.sessionId).result.logs:match("%S+") ~= nil)
end)
client:request("DELETE", "/template/session/" .. template)
