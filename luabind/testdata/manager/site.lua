-- What needs no session: the site, its accounts, their folders and what they are refused.
local backendai = require "backendai"
local function key(which)
  return backendai.client{ access_key = os.getenv("BACKEND_" .. which .. "_ACCESS_KEY"), secret_key = os.getenv("BACKEND_" .. which .. "_SECRET_KEY") }
end
local client, admin = backendai.from_env(), key "ADMIN"
print(client.resource_preset.check().keypair_limits.cpu, key("SMALL").resource_preset.check().keypair_limits.mem, client.resource_preset.list()[1].name)
print(client.scaling_group.list()[1], client.image.get("python").name, #client.image.list(), client.resource_policy.get().max_concurrent_sessions)
print(client:gql("query($e:String){user(email:$e){email}}", { e = "alice@example.test" }).user.email)
print(select(2, try(client.gql, client, "{nonsense}")).problem)
print(client.user.get().email, client.user.role().global_role, client.group.list()[1].name, #admin.agent.list(), client:get_resource_slots().cpu)
print(#admin.usage.month(os.date("!%Y%m"), { "11111111-0000-4000-8000-000000000001" }) >= 0)

-- the keys that are refused, and the allowance
for _, which in ipairs{ "SECOND", "INACTIVE" } do
  local c = key(which)
  local _, err = try(c.verify, c)
  print(which, err.kind, err.type == backendai.ERR_SERVER, err.status, err.problem)
end
local wrong = backendai.client{ secret_key = "wrong" }
print(select(2, try(wrong.verify, wrong)).msg, select(2, try(wrong.verify, wrong)).hint ~= nil)
local few, last = key "RATE"
for _ = 1, 7 do last = select(2, try(few.verify, few)) end
print(last.status, last.problem, client:rate_limit().limit)

-- changes, and a task of the manager
print(admin.resource_preset.add("from-lua", { resource_slots = json.encode{ cpu = "1", mem = "1g" } }).ok, admin.resource_preset.delete("from-lua").ok)
print(select(2, try(admin.resource_preset.delete, "from-lua")).msg ~= nil)
local made = admin.keypair.add("bob@example.test", { resource_policy = "default", rate_limit = 100 }).keypair
print(admin.keypair.modify(made.access_key, { is_active = false }).ok, admin.keypair.delete(made.access_key).ok)

local name = client:generate_session_id()
client.vfolder.create(name, nil, { cloneable = true })
fs.write("large.bin", ("0123456789abcdef"):rep(1300000))
local last = 0
client.vfolder.upload("deep/large.bin", "large.bin", name, { progress = function(sent) last = sent end })
print(last, client.vfolder.download("deep/large.bin", name, "back.bin"), fs.read("back.bin") == fs.read("large.bin"))
local clone = client.vfolder.clone(name .. "-copy", name)
local ends
for event in client:background_task(clone.bgtask_id) do ends = event end
print(ends)
client.vfolder.delete(name .. "-copy")
local invited = flow.retry(function() return client.vfolder.invite("ro", { "bob@example.test" }, name) end,
  { times = 5, on = function(err) return err.status == 500 end }) -- its database may refuse two changes at once
print(invited[1], key("SMALL").vfolder.invitations()[1].vfolder_name == name)
client.vfolder.delete(name)
