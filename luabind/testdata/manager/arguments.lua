local backendai = require "backendai"
local client = backendai.client()
local root = backendai.client{ access_key = os.getenv("BACKEND_ADMIN_ACCESS_KEY"), secret_key = os.getenv("BACKEND_ADMIN_SECRET_KEY") }
local function refusal(f, ...) local _, err = try(f, ...); return err.kind, tostring(err.server or err):match("Forbidden operation") or tostring(err):match("Cannot query field '[%w_]+'") end

-- what the JavaScript client's arguments name is what comes
print(root.keypair.info(client.keypair.info().access_key, { "user_id" }).user_id, refusal(client.keypair.info, os.getenv("BACKEND_ADMIN_ACCESS_KEY")))
for _, key in ipairs(root.keypair.list("alice@example.test", { "access_key", "is_active" }, false)) do print(key.access_key, key.is_active) end
print(root.user.get("bob@example.test", { "email", "groups {id name}" }).groups[1].name, #root.user.list(false, { "email" }), #root.user.list(true))
print(root.group.list(true, "default", { "name" })[1].name, root.resource_policy.get("default", { "name" }).name, #root.agent.list("LOST", { "id" }), root.agent.list()[1].status)
print(client.image.list({ "name", "labels { key value }" })[1].labels[1].key ~= nil)

-- a session's fields, by its name as by its id; one that the manager does not have is refused in its words
local session = client:session{ image = "python", resources = { cpu = 1, mem = "256m" }, tag = "placed" }
local found = client.compute_session.list({ "tag", "sess_id" }, { "RUNNING", "PENDING" }, nil, 1, 0)
print(#found, found[1].tag, found[1].sess_id == session.name, client.compute_session.total_count("RUNNING"))
print(client.compute_session.get({ "cluster_size" }, session.id).cluster_size, client.compute_session.get({ "tag" }, session.name).tag, client.compute_session.get("no-such-session"))
print(refusal(client.compute_session.list, { "cpu_used" }))
session:destroy()

-- a folder as the manager tells of it
local name = client:generate_session_id()
local made = client.vfolder.create(name, nil, nil, "general", "rw", false)
print(made.quota_scope_id:match("^user:") ~= nil, made.is_owner, client.vfolder.info(name).numFiles, #client.vfolder.list_invitees(made.id))
client.vfolder.delete(name)
