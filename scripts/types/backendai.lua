---@meta backendai
-- The module backendai: compute sessions of a Backend.AI manager. Types for editors (LuaCATS); never run.
-- Load it with: local backendai = require "backendai"
-- Durations are seconds (1.5) or text ("250ms", "1m30s"); sizes and amounts are numbers or text ("16g").
-- Errors have, besides the usual fields: `type` (backendai.ERR_SERVER with kind `server`, ERR_RESPONSE with `protocol`,
-- ERR_REQUEST with `connect`), `status`, `title`, `msg`, `problem` (the stable key: "object-not-found"), `data`, `agent`.

--- What a client is made from. What is left out comes from the environment (BACKEND_ACCESS_KEY, BACKEND_SECRET_KEY,
--- BACKEND_ENDPOINT, …), then from [backendai] in pierun.toml.
---@class backendai.ClientOptions
---@field access_key? string
---@field secret_key? string
---@field endpoint? string several, separated by commas: the next one is tried when one cannot be reached
---@field mode? "API"|"SESSION" in any case
---@field user? string of the web server, in SESSION mode
---@field password? string
---@field token? string of a single sign-on, in SESSION mode: logs in in the place of user and password
---@field domain? string
---@field group? string
---@field api_version? string ask the manager
---@field ca_file? string
---@field skip_tls_verify? boolean
---@field connect_timeout? duration "10s"
---@field request_timeout? duration "60s"
---@field long_timeout? duration "10m": what waits for a container
---@field max_body? integer|string "64MiB": the longest answer, output of a run or file that is kept in memory
---@field agent_signature? string

--- What session to create.
---@class backendai.SessionOptions
---@field image string reference or alias
---@field name? string 4 to 64 letters, digits, _ . and -; a live session of that name and image is taken
---@field type? "interactive"|"batch"|"inference"|"system"
---@field group? string
---@field domain? string
---@field tag? string
---@field architecture? string
---@field resources? table<string, number|string> cpu, mem, cuda (whole GPUs), fgpu (fractions), or the site's names
---@field shmem? string
---@field env? table<string, string>
---@field mounts? string[] virtual folders
---@field mount_map? table<string, string>
---@field ports? integer[] opened in advance; apps of that name for `forward`
---@field scaling_group? string
---@field cluster_size? integer
---@field cluster_mode? "single-node"|"multi-node"
---@field command? string what a batch session runs; what backendai.pie starts
---@field starts_at? string
---@field batch_timeout? duration
---@field bootstrap? string a script that runs before anything else, plain text
---@field dependencies? string[]
---@field callback_url? string
---@field priority? integer
---@field owner_access_key? string
---@field fresh? boolean refuse to take a live session
---@field timeout? duration until it runs; none
---@field wait? boolean true
---@field keep? boolean not destroyed with its scope; false
---@field progress? boolean|fun(text: string, about: table) true: lines on standard error
---@field scope? task.Scope the owner; the innermost

---@class backendai.ExecuteOptions
---@field on_output? fun(kind: string, text: string, piece: table)
---@field input? string|string[]|fun(prompt: string, password: boolean): string
---@field timeout? duration

---@class backendai.BatchOptions: backendai.ExecuteOptions
---@field clean? string
---@field build? string
---@field exec? string
---@field build_log? boolean

---@class backendai.Outcome
---@field stdout string
---@field stderr string
---@field text string the same as stdout
---@field exit_code integer 127 with nothing written: the image has no interpreter for code
---@field console table[] pieces in order: kind, text, and for some mime, level, time, logger
---@field files table[] name, url

---@class backendai.Config
---@field access_key string
---@field endpoint string
---@field endpoint_host string without the scheme, as requests are signed with it
---@field connection_mode "API"|"SESSION"
---@field user_id? string in SESSION mode
---@field domain? string
---@field group? string
---@field api_version? string nil: the manager is asked
---@field api_version_major? string "v6"; nil: the manager is asked
---@field hash_type string "sha256"

--- Lists of sessions. `list`, `total_count` and `get` take the JavaScript client's arguments in their places, too:
--- list(fields[, status = "RUNNING"[, access_key[, limit[, offset[, group_id]]]]]), total_count(status[, …]) and
--- get(fields, id[, domain[, access_key]]), the last two for managers of API v4. The fields come beside the usual ones; one that the
--- manager does not have raises in its words. Names that a field has in other versions (sess_id, lang) stand beside the newer ones.
---
--- ```lua
--- local client = require("backendai").client()
--- for _, s in ipairs(client.compute_session.list{ status = "RUNNING" }) do print(s.id, s.name) end
--- for _, s in ipairs(client.compute_session.list({ "sess_id", "status" }, { "RUNNING", "PENDING" })) do print(s.sess_id) end
--- print(client.compute_session.get("0f0d1c3e-0000-4000-8000-000000000001").status, #client.compute_session.match("my-"))
--- ```
---@class backendai.ComputeSessions
---@field list fun(opts?: string[]|{status?: string|string[], limit?: integer, access_key?: string, group_id?: string, filter?: string, order?: string}, status?: string|string[], access_key?: string, limit?: integer, offset?: integer, group_id?: string): table[]
---@field total_count fun(opts?: string|string[]|table, access_key?: string, limit?: integer, offset?: integer, group_id?: string): integer
---@field get fun(id: string|string[], session?: string, domain?: string, access_key?: string): table? by id or name, ended ones, too; or get(fields, id)
---@field match fun(prefix: string): table[]

--- Virtual folders. A path comes before the folder's name, as in the JavaScript client; `upload` takes the name of a file
--- here where that client takes bytes. What is told of a folder is what the manager tells, with its names.
---
--- ```lua
--- local client = require("backendai").client()
--- client.vfolder.create("data")
--- client.vfolder.mkdir("in", "data")
--- client.vfolder.upload("in/model.bin", "model.bin", "data")
--- for _, f in ipairs(client.vfolder.list_files("in", "data")) do print(f.name) end
--- ```
---
--- To give a folder to others, a user's own goes by `invite`, and a project's (`create(name, nil, { group = … })`) by `share`,
--- which is for admins.
---
--- ```lua
--- local client = require("backendai").client()
--- client.vfolder.invite("ro", { "bob@example.com" }, "data")
--- for _, offer in ipairs(client.vfolder.invitations()) do client.vfolder.accept_invitation(offer.id) end
--- ```
---@class backendai.Folders
---@field list fun(group_id?: string): table[]
---@field list_hosts fun(): table
---@field create fun(name: string, host?: string, opts?: string|{group?: string, usage_mode?: string, permission?: string, cloneable?: boolean}, usage_mode?: string, permission?: string, cloneable?: boolean): table a text in the third place is the group
---@field info fun(name: string): table
---@field delete fun(name: string)
---@field rename fun(new_name: string, name: string)
---@field mkdir fun(path: string, name: string, parents?: boolean, exist_ok?: boolean)
---@field list_files fun(path: string, name: string): table[]
---@field delete_files fun(files: string[], recursive: boolean, name: string)
---@field rename_file fun(path: string, new_name: string, name: string)
---@field upload fun(path: string, file: string, name: string, opts?: {progress?: fun(sent: integer, size: integer)})
---@field download fun(path: string, name: string, file?: string): string|integer
---@field invite fun(permission: "ro"|"rw"|"wd", emails: string[], name: string): string[]
---@field invitations fun(): table[]
---@field accept_invitation fun(id: string)
---@field delete_invitation fun(id: string)
---@field share fun(permission: string, emails: string[], name: string)
---@field unshare fun(emails: string[], name: string)
---@field shared fun(folder_id?: string): table[] who can use which folder of whom: vfolder_name, shared_to, perm
---@field list_invitees fun(folder_id?: string): table[] the same
---@field modify_invitee_permission fun(change: {perm: "ro"|"rw"|"wd", user: string, vfolder: string}): table by ids
---@field leave fun(name: string)
---@field clone fun(target_name: string, name: string, host?: string): table

--- The images that sessions can be made from.
---
--- ```lua
--- local client = require("backendai").client()
--- for _, image in ipairs(client.image.list()) do print(image.registry, image.name, image.tag) end
--- ```
---@class backendai.Images
---@field list fun(fields?: string[]): table[] one that leads on is written "labels { key value }"
---@field get fun(reference: string, architecture?: string): table?

--- Ready-made amounts of resources, and what is used and left of the limits.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client.resource_preset.check().keypair_remaining.cpu)
--- ```
---@class backendai.ResourcePresets
---@field list fun(): table[]
---@field check fun(group?: string): table
---@field add fun(name: string, props: table): table for admins
---@field mutate fun(name: string, props: table): table for admins
---@field delete fun(name: string): table for admins

--- What key pairs may use.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client.resource_policy.get().max_concurrent_sessions)
--- ```
---@class backendai.ResourcePolicies
---@field get fun(name?: string, fields?: string[]): table the caller's, or the one of a name
---@field add fun(name: string, props: table): table for admins
---@field modify fun(name: string, props: table): table for admins
---@field mutate fun(name: string, props: table): table the same
---@field delete fun(name: string): table for admins

--- Key pairs; their secrets come only where `fields` names them.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client.keypair.info().rate_limit, #client.keypair.list())
--- ```
---@class backendai.KeyPairs
---@field list fun(user?: string, fields?: string[], active?: boolean): table[] for admins everybody's; without `active`, both
---@field info fun(access_key?: string, fields?: string[]): table the one in use, or that one
---@field add fun(user: string, props?: boolean|table, admin?: boolean, policy?: string, rate_limit?: integer, access_key?: string, secret_key?: string): table for admins; a flag in the second place says whether it is active (true, false, "default", 1000)
---@field modify fun(access_key: string, props: table): table for admins
---@field mutate fun(access_key: string, props: table): table the same
---@field delete fun(access_key: string): table for admins

--- Accounts.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client.user.get().email, client.user.role().global_role)
--- ```
---@class backendai.Users
---@field list fun(active?: boolean, fields?: string[]): table[] for admins; without `active`, both
---@field get fun(email?: string, fields?: string[]): table the caller's, or that one's
---@field role fun(): table
---@field create fun(email: string, props: table): table for admins
---@field add fun(email: string, props: table): table the same
---@field modify fun(email: string, props: table): table for admins
---@field delete fun(email: string): table for admins

--- The site, for admins.
---
--- ```lua
--- local client = require("backendai").client()
--- local task = client.maintenance.rescan_images()
--- for name in client:background_task(task.task_id) do print(name) end
--- ```
---@class backendai.Maintenance
---@field rescan_images fun(registry?: string): table
---@field recalculate_usage fun()

--- Projects.
---
--- ```lua
--- for _, group in ipairs(require("backendai").client().group.list()) do print(group.name) end
--- ```
---@class backendai.Groups
---@field list fun(active?: boolean, domain?: string, fields?: string[]): table[] without `active`, both

--- Groups of machines that sessions are placed in.
---
--- ```lua
--- print(require("backendai").client().scaling_group.list()[1])
--- ```
---@class backendai.ScalingGroups
---@field list fun(group?: string): string[]

--- The machines of the site, for admins: those that are alive, or in another status.
---
--- ```lua
--- for _, agent in ipairs(require("backendai").client().agent.list()) do print(agent.id, agent.occupied_slots) end
--- ```
---@class backendai.Agents
---@field list fun(status?: string, fields?: string[]): table[] at most 100

--- What was used; all but the caller's own is for admins. Months and days are written 202611 and 20261121.
---
--- ```lua
--- local client = require("backendai").client()
--- print(#client.usage.month("202611", { client.group.list()[1].id }))
--- ```
---@class backendai.Usage
---@field user fun(): table
---@field month fun(month: string, groups: string[]): table[]
---@field period fun(group: string, from: string, to: string): table[]

---@class backendai
---@field client table call it: backendai.client([options or config[, agent_signature]]) makes a client; it has the ERR_ constants
---@field client_config table call it, or its create_from_env(): a configuration
---@field ERR_SERVER integer 0: an answer came, its status is not 2xx
---@field ERR_RESPONSE integer 1: the answer could not be read or understood
---@field ERR_REQUEST integer 2: nothing came back
local backendai = {}

--- A client from the environment and pierun.toml.
---
--- ```lua
--- local client = require("backendai").from_env()
--- ```
---@return backendai.Client
function backendai.from_env() end

--- Brings up a session with a Pie server in it and gives a connected Pie client. It creates the session with the port
--- opened in advance, waits until it runs, uploads and starts the server where the image does not, and tunnels to it. The
--- session is destroyed with its scope. Further options: `port` (8080), `upload` (name there → file here), `client`, `user`,
--- `dialect`. When the session is lost, so is the client, with words that say so.
---
--- ```lua
--- local backendai = require "backendai"
--- local client, session = backendai.pie{ image = "pie:0.5", resources = { cuda = 1 }, progress = true }
--- print(client:run("text-completion", { prompt = "Once" }).text)
--- ```
---@param opts backendai.SessionOptions
---@return pie.Client
---@return backendai.Session
function backendai.pie(opts) end

--- A client of a manager. The methods with the names of the JavaScript client take its arguments and give the manager's whole
--- answer; the rest reads better. Lists, among the fields below, give what is inside the answer.
---@class backendai.Client
---@field compute_session backendai.ComputeSessions
---@field vfolder backendai.Folders
---@field image backendai.Images
---@field resource_preset backendai.ResourcePresets
---@field resource_policy backendai.ResourcePolicies
---@field keypair backendai.KeyPairs
---@field user backendai.Users
---@field maintenance backendai.Maintenance
---@field group backendai.Groups
---@field scaling_group backendai.ScalingGroups
---@field agent backendai.Agents
---@field usage backendai.Usage
local Client = {}

--- Who answers: version, manager, endpoint, and the version announced.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:get_server_version().manager)
--- ```
---@return table
function Client:get_server_version() end

--- Who answers: version, manager, endpoint, and the version announced.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:get_manager_version().manager)
--- ```
---@return table
function Client:get_manager_version() end

--- A session name that nobody else has.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:generate_session_id())
--- ```
---@return string
function Client:generate_session_id() end

--- Creates a session, or takes the live one of that name and image, and waits until it runs. `config` is passed on as it
--- is. One that was created is destroyed with its scope, unless `keep` is set.
---
--- ```lua
--- local client = require("backendai").client()
--- local made = client:create_if_not_exists("python:latest", "my-session", { resources = { cpu = 1 } })
--- print(made.sessionId, made.status, made.created)
--- ```
---@param image string
---@param id? string
---@param config? table
---@param tag? string
---@param opts? {keep?: boolean}
---@return table
function Client:create_if_not_exists(image, id, config, tag, opts) end

--- Creates a session, or takes the live one of that name and image, and waits until it runs. `config` is passed on as it
--- is. One that was created is destroyed with its scope, unless `keep` is set.
---
--- ```lua
--- local client = require("backendai").client()
--- local made = client:create_kernel("python:latest", "my-session", { resources = { cpu = 1 } })
--- print(made.sessionId, made.status, made.created)
--- ```
---@param image string
---@param id? string
---@param config? table
---@param tag? string
---@param opts? {keep?: boolean}
---@return table
function Client:create_kernel(image, id, config, tag, opts) end

--- Creates a session from a template of the site, by its id, or takes the live one of that name and image, and waits until it
--- runs. `options` holds amounts and words side by side, as the JavaScript client takes them: what they name goes before the
--- template. Managers of 23.09 want a `scaling_group` in one of them. A session that was created is destroyed with its scope,
--- unless `keep` is set.
---
--- ```lua
--- local client = require("backendai").client()
--- local options = { cpu = 2, mem = "4g", scaling_group = "default" }
--- local made = client:create_session_from_template("0f0d1c3e-0000-4000-8000-000000000001", nil, "my-session", options)
--- print(made.sessionId, made.status, made.created)
--- ```
---@param template string
---@param image? string the template's
---@param id? string
---@param options? {cpu?: number|string, mem?: number|string, ["cuda.device"]?: number|string, ["cuda.shares"]?: number|string, fgpu?: number|string, rocm?: number|string, ["rocm.device"]?: number|string, tpu?: number|string, ["tpu.device"]?: number|string, shmem?: string, env?: table<string, string>, mounts?: string[], scaling_group?: string, cluster_size?: integer, cluster_mode?: string, group_name?: string, domain?: string, type?: string, starts_at?: string, enqueueOnly?: boolean, maxWaitSeconds?: integer, reuseIfExists?: boolean, startupCommand?: string, bootstrap_script?: string, owner_access_key?: string}
---@param opts? {keep?: boolean}
---@return table
function Client:create_session_from_template(template, image, id, options, opts) end

--- Whether the manager can do something, by the JavaScript client's word for it: "group", "group-folder", "scaling-group",
--- "system-images", "detailed-session-states", "change-user-name", "multi-container", "multi-node", "storage-proxy",
--- "hardware-metadata", "avoid-hol-blocking". False for any other word.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:supports("multi-node"))
--- ```
---@param feature string
---@return boolean
function Client:supports(feature) end

--- What the manager tells about a live session. One that has ended raises, with problem "object-not-found".
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:get_information("my-session").status)
--- ```
---@param id string
---@param owner_access_key? string
---@return table
function Client:get_information(id, owner_access_key) end

--- What the manager tells about a live session. One that has ended raises, with problem "object-not-found".
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:get_info("my-session").status)
--- ```
---@param id string
---@param owner_access_key? string
---@return table
function Client:get_info(id, owner_access_key) end

--- Everything the session has written so far, in the manager's answer. `session:logs` gives it line by line.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:get_logs("my-session").result.logs)
--- ```
---@param id string
---@param owner_access_key? string
---@return {result: {logs: string}}
function Client:get_logs(id, owner_access_key) end

--- Ends a session and waits for that. Gives the manager's answer, whose `stats` say what it used; nil where there is none. A
--- session that is being made wants `forced`, and one whose image is being fetched (PULLING) cannot be ended before it has it.
---
--- ```lua
--- local client = require("backendai").client()
--- local answer = client:destroy("my-session")
--- print(answer and answer.stats.status)
--- ```
---@param id string
---@param owner_access_key? string
---@param forced? boolean
---@return {stats: table}?
function Client:destroy(id, owner_access_key, forced) end

--- Ends a session and waits for that. Gives the manager's answer, whose `stats` say what it used; nil where there is none. A
--- session that is being made wants `forced`, and one whose image is being fetched (PULLING) cannot be ended before it has it.
---
--- ```lua
--- local client = require("backendai").client()
--- local answer = client:destroy_kernel("my-session")
--- print(answer and answer.stats.status)
--- ```
---@param id string
---@param owner_access_key? string
---@param forced? boolean
---@return {stats: table}?
function Client:destroy_kernel(id, owner_access_key, forced) end

--- Makes a new container: state is lost, files stay. Tunnels into it are dead afterwards on some managers.
---
--- ```lua
--- local client = require("backendai").client()
--- client:restart("my-session")
--- ```
---@param id string
---@param owner_access_key? string
function Client:restart(id, owner_access_key) end

--- Makes a new container: state is lost, files stay. Tunnels into it are dead afterwards on some managers.
---
--- ```lua
--- local client = require("backendai").client()
--- client:refresh_kernel("my-session")
--- ```
---@param id string
---@param owner_access_key? string
function Client:refresh_kernel(id, owner_access_key) end

--- One call of a run. Unless the status is "finished", call again with mode "continue" (or "input") and the same run id:
--- a run that is left open blocks its session. `session:execute` does all that by itself.
---
--- ```lua
--- local client = require("backendai").client()
--- local got = client:execute("my-session", nil, "query", "print(1)", {})
--- print(got.result.status)
--- ```
---@param id string
---@param run_id? string nil and json.null: a new run
---@param mode "query"|"batch"|"continue"|"input"|"complete"
---@param code string
---@param opts? table json.null is sent as null
---@return table
function Client:execute(id, run_id, mode, code, opts) end

--- `execute` with its arguments in another order.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:run_code("print(1)", "my-session", nil, "query").result.status)
--- ```
---@param code string
---@param id string
---@param run_id? string
---@param mode? string
---@return table
function Client:run_code(code, id, run_id, mode) end

--- Makes a file of less than 1 MiB in a session. `session:upload` takes any size.
---
--- ```lua
--- local client = require("backendai").client()
--- client:upload("my-session", "main.c", "int main(){}")
--- ```
---@param id string
---@param path string
---@param data string
function Client:upload(id, path, data) end

--- Fetches at most five files: name → bytes.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:download("my-session", { "main.c" })["main.c"])
--- ```
---@param id string
---@param files string[]
---@return table<string, string>
function Client:download(id, files) end

--- Fetches one file.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:download_single("my-session", "main.c"))
--- ```
---@param id string
---@param file string
---@return string
function Client:download_single(id, file) end

--- Asks GraphQL and gives the data object.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:gql("{user{email}}").user.email)
--- ```
---@param query string
---@param variables? table
---@return table
function Client:gql(query, variables) end

--- Asks GraphQL and gives the data object.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:query("{user{email}}").user.email)
--- ```
---@param query string
---@param variables? table
---@return table
function Client:query(query, variables) end

--- The slots of the site: name → how it is counted.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:get_resource_slots().cpu)
--- ```
---@return table<string, string>
function Client:get_resource_slots() end

--- Stops an app of a session.
---
--- ```lua
--- local client = require("backendai").client()
--- client:shutdown_service("my-session", "jupyter")
--- ```
---@param id string
---@param name string
function Client:shutdown_service(id, name) end

--- Logs in at the web server, in SESSION mode. Calls do it by themselves. True; a login that is refused raises.
---
--- ```lua
--- local client = require("backendai").client{ mode = "SESSION", user = "me@example.com", password = "secret" }
--- print(client:login())
--- ```
---@return boolean
function Client:login() end

--- Logs in at the web server with the token of a single sign-on, or with the `token` that the client was made with; calls of
--- such a client do it by themselves. `name` is what the site calls the token, "sToken" if it has not said otherwise. True; a
--- login that is refused raises.
---
--- ```lua
--- local client = require("backendai").client{ mode = "SESSION", token = "a-fresh-token" }
--- print(client:token_login())
--- ```
---@param token? string
---@param name? string
---@return boolean
function Client:token_login(token, name) end

--- Whether the login holds.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:check_login())
--- ```
---@return boolean
function Client:check_login() end

--- Logs out at the web server.
---
--- ```lua
--- local client = require("backendai").client()
--- client:logout()
--- ```
function Client:logout() end

--- Exchanges a name and a password for the key pair of that user.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:authorize("me@example.com", "secret").access_key)
--- ```
---@param user string
---@param password string
---@param domain? string
---@return table
function Client:authorize(user, password, domain) end

--- The smallest signed request: raises when keys, clock or address are wrong.
---
--- ```lua
--- local client = require("backendai").client()
--- client:verify()
--- ```
function Client:verify() end

--- Any call: JSON answers come as tables, others as text.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:request("GET", "/manager/announcement").enabled)
--- ```
---@param method string
---@param path string
---@param body? table
---@return any
function Client:request(method, path, body) end

--- The allowance as last told: limit, remaining, window. nil before the first answer.
---
--- ```lua
--- local client = require("backendai").client()
--- client:verify()
--- print(client:rate_limit().remaining)
--- ```
---@return table?
function Client:rate_limit() end

--- Creates a session, or takes the live one of that name and image, and waits until it runs. One that was created here is
--- destroyed with its scope.
---
--- ```lua
--- local client = require("backendai").client()
--- local session = client:session{ image = "python", resources = { cpu = 1, mem = "1g" }, timeout = "5m" }
--- print(session:execute("print(6*7)").stdout)
--- ```
---@param opts backendai.SessionOptions
---@return backendai.Session
function Client:session(opts) end

--- A live session that is there already, by name or id. Nothing ends it here.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:attach("my-session"):info().status)
--- ```
---@param id string
---@return backendai.Session
function Client:attach(id) end

--- A list of sessions.
---
--- ```lua
--- local client = require("backendai").client()
--- for _, s in ipairs(client:sessions{ status = "RUNNING" }) do print(s.name) end
--- ```
---@param opts? {status?: string|string[], limit?: integer}
---@return table[]
function Client:sessions(opts) end

--- Iterates over what happens to sessions: name, event. Wait for "kernel_started" rather than for "session_started", which
--- some managers never send.
---
--- ```lua
--- local client = require("backendai").client()
--- for name, event in client:events{ session = "my-session" } do print(name, event.reason) end
--- ```
---@param opts? {session?: string, id?: string, group?: string, owner_access_key?: string, scope?: string}
---@return fun(): string?, table?
function Client:events(opts) end

--- Iterates over what happens to a task that the manager does in the background (a folder's clone, rescan_images): name,
--- event; ends with the task. "bgtask_done" is a good end.
---
--- ```lua
--- local client = require("backendai").client()
--- local clone = client.vfolder.clone("copy", "data")
--- for name, event in client:background_task(clone.bgtask_id) do print(name, event.message) end
--- ```
---@param id string
---@return fun(): string?, table?
function Client:background_task(id) end

--- What a batch task wrote, by the UUID of its kernel, where the site keeps a folder named .logs.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:get_task_logs("0f0d1c3e-0000-4000-8000-000000000001"))
--- ```
---@param id string
---@return string
function Client:get_task_logs(id) end

--- The public SSH key that sessions let in, as `ssh_public_key`; nil there for none.
---
--- ```lua
--- local client = require("backendai").client()
--- print(client:fetch_ssh_keypair().ssh_public_key)
--- ```
---@return {ssh_public_key: string?}
function Client:fetch_ssh_keypair() end

--- Makes a new SSH key pair: `ssh_public_key` and `ssh_private_key`, also as `public` and `private`. The private half is given
--- this once.
---
--- ```lua
--- local client = require("backendai").client()
--- fs.write("id_session", client:refresh_ssh_keypair().ssh_private_key)
--- ```
---@return {ssh_public_key: string, ssh_private_key: string, public: string, private: string}
function Client:refresh_ssh_keypair() end

--- A compute session.
---@class backendai.Session
---@field id string
---@field name string
---@field created boolean by this script
---@field client backendai.Client
local Session = {}

--- Runs a snippet to its end. A session runs one thing at a time: others wait. Code whose task leaves is interrupted.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- print(session:execute("print(input())", { input = "hello" }).stdout)
--- ```
---@param code string
---@param opts? backendai.ExecuteOptions
---@return backendai.Outcome
function Session:execute(code, opts) end

--- Runs shell commands: a text, or the steps of a batch.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- print(session:batch("ls").stdout)
--- print(session:batch{ build = "make", exec = "./main" }.exit_code)
--- ```
---@param opts string|backendai.BatchOptions
---@return backendai.Outcome
function Session:batch(opts) end

--- Iterates over what a snippet writes while it runs: kind, text.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- for kind, text in session:stream("print(1)") do io.write(text) end
--- ```
---@param code string
---@param opts? backendai.ExecuteOptions
---@return fun(): string?, string?
function Session:stream(code, opts) end

--- How code could go on; an empty list where the session cannot tell.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- print(#session:complete("pri"))
--- ```
---@param code string
---@param opts? {line?: string, row?: integer, col?: integer, post?: string}
---@return string[]
function Session:complete(code, opts) end

--- Sends the running code what Ctrl-C would.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- session:interrupt()
--- ```
function Session:interrupt() end

--- What the manager tells.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- print(session:info().age)
--- ```
---@return table
function Session:info() end

--- One word; also after its end.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- print(session:status())
--- ```
---@return string?
function Session:status() end

--- Waits until it runs.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- session:wait{ timeout = "5m", progress = true }
--- ```
---@param opts? {timeout?: duration, progress?: boolean|function}
---@return backendai.Session
function Session:wait(opts) end

--- Iterates over the lines written so far; with `follow`, over those to come, to the end of the session.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- for line in session:logs() do print(line) end
--- ```
---@param opts? {follow?: boolean, every?: duration} `every`: between two looks, at least 100 ms; 2 s if absent
---@return fun(): string?
function Session:logs(opts) end

--- Iterates over what happens to the session, to its end.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- for name in session:events() do print(name) end
--- ```
---@return fun(): string?, table?
function Session:events() end

--- Makes a new container: state is lost, files stay.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- session:restart()
--- ```
function Session:restart() end

--- Gives it another name.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- session:rename("my-other-session")
--- ```
---@param name string
function Session:rename(name) end

--- Ends it and waits for that. Twice is harmless.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- session:destroy()
--- ```
function Session:destroy() end

--- Takes it from its scope: it goes on after the script.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- session:keep()
--- ```
---@return backendai.Session
function Session:keep() end

--- Sends a file from here, of any size; large ones in pieces that a run in the session joins.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- session:upload("model.bin", "data/model.bin", { progress = function(sent, size) print(sent / size) end })
--- ```
---@param file string
---@param name? string
---@param opts? {progress?: fun(sent: integer, size: integer)}
function Session:upload(file, name, opts) end

--- Writes a file of the session to one here, and gives its size.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- session:download("result.json", "result.json")
--- ```
---@param name string
---@param file string
---@return integer
function Session:download(name, file) end

--- Makes a file in the session.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- session:write("main.py", "print(1)")
--- ```
---@param name string
---@param data string
function Session:write(name, data) end

--- The bytes of a file in the session.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- print(session:read("main.py"))
--- ```
---@param name string
---@return string
function Session:read(name) end

--- Lists a folder.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- for _, f in ipairs(session:files(".")) do print(f.name, f.size) end
--- ```
---@param folder? string
---@return {name: string, size: integer, mode: string, dir: boolean, modified: number}[]
function Session:files(folder) end

--- The services: name, protocol, ports.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- for _, app in ipairs(session:apps()) do print(app.name) end
--- ```
---@return table[]
function Session:apps() end

--- Serves an app of the session on an address here, until its scope ends. An app that it does not have raises `usage`; a
--- connection that finds nothing listening is tried for again until `connect_timeout`, and then told of on standard error.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- local here = session:forward("8080")
--- print("http://" .. here.address)
--- ```
---@param app string|integer
---@param opts? {listen?: string}
---@return backendai.Forward
function Session:forward(app, opts) end

--- Opens a terminal of 24 rows and 80 columns: a shell of its own by the session's SSH server ("sshd"), else the screen that the
--- site's pages show, and all who open it ("ttyd"), else the manager's stream ("pty"), which those of 23.09 close at the first
--- key: `recv` raises `unsupported` then. Sessions of managers from 22.09 on have all three.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- local term = session:terminal()
--- term:send("ls\n")
--- print(term:recv("2s"))
--- ```
---@param way? "sshd"|"ttyd"|"pty"|string another word is an app for the manager's stream
---@return backendai.Terminal
function Session:terminal(way) end

--- A terminal in a session.
---@class backendai.Terminal
local Terminal = {}

--- Types. A terminal that is closed or has ended raises `refused`.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- local term = session:terminal()
--- term:send("ls\n")
--- ```
---@param text string
function Terminal:send(text) end

--- What it shows next; nil at its end, and behind `close`. A time limit that passes raises `timeout` and ends the terminal.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- local term = session:terminal()
--- print(term:recv("2s"))
--- ```
---@param timeout? duration
---@return string?
function Terminal:recv(timeout) end

--- Tells it its size in characters.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- local term = session:terminal()
--- term:resize(24, 80)
--- ```
---@param rows integer
---@param cols integer
function Terminal:resize(rows, cols) end

--- Ends it.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- local term = session:terminal()
--- term:close()
--- ```
function Terminal:close() end

--- A local address of an app.
---@class backendai.Forward
---@field address string host:port
local Forward = {}

--- Stops serving.
---
--- ```lua
--- local session = require("backendai").client():session{ image = "python" }
--- session:forward("8080"):close()
--- ```
function Forward:close() end

return backendai
