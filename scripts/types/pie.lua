---@meta pie
-- The module pie: launching, hearing and steering programs on a Pie server. Types for editors (LuaCATS); never run.
-- Durations are seconds (1.5) or text ("250ms", "1m30s"); sizes are bytes or text ("8MiB").

---@alias duration number|string
---@alias size number|string

---@alias pie.EventName
---| "Message"
---| "Stdout"
---| "Stderr"
---| "Blob"
---| "Completed"
---| "Aborted"
---| "Exception"
---| "ServerError"
---| "OutOfResources"

---@alias pie.Status
---| "launching"
---| "running"
---| "completed"
---| "aborted"
---| "exception"
---| "server_error"
---| "out_of_resources"
---| "lost"
---| "detached"

---@alias pie.Feature
---| "stdout"
---| "list"
---| "attach"
---| "detached"
---| "detached_output"
---| "detached_result"
---| "send_file"
---| "recv_file"
---| "registry"
---| "token_budget"
---| "props"
---| "session"
---| "files"
---| "detach" # `inst:detach()` leaves the instance running
---| "reattach" # an instance that was left, or whose connection was closed, can be attached to again
---| "mcp" # programs may use tools of this host: `require "mcp"`

--- A name, `name@version`, a hash, or the program itself.
---@alias pie.Program string|pie.LocalProgram

---@class pie.LocalProgram
---@field bytes string the program
---@field manifest? string the text of its Pie.toml

--- A table with names is sent as JSON, a list of strings as arguments, a string as it is; nil is `{}`.
---@alias pie.Input table|string|nil

---@class pie.ConnectOptions
---@field user? string who to log in as
---@field key? string path of a private key, or its PEM text; instead of the usual ones and those of ssh-agent
---@field token? string the server's internal token, instead of a key
---@field ca? string path or PEM text of certificate authorities to trust beside the system's, for `wss://`
---@field cert? string path or PEM text of a client certificate, for `wss://`
---@field cert_key? string path or PEM text of its private key
---@field dialect? string `"auto"`, a generation or a family
---@field timeout? duration for dialling and login, `"15s"`
---@field request_timeout? duration for one answer, `"30s"`
---@field liveness? duration within which a dead connection is found, `"20s"`
---@field reconnect? boolean connect again for later commands, true; a command waits `request_timeout` for that, and a line on standard error tells of it after 2 s
---@field max_instances? integer launches beyond it wait their turn, which counts for their `timeout` and `launch_timeout`
---@field buffer? size unread events of all instances, `"256MiB"`
---@field early_buffer? size events of instances that are not known yet, `"4MiB"`
---@field out_buffer? size what waits to be written; beyond it `send` raises `overflow`, `"16MiB"`
---@field read_limit? size largest message that is taken from the server, `"64MiB"`
---@field file_memory? size largest file from a program that is kept in memory, `"8MiB"`; a larger one is on disk
---@field file_disk? size files from programs in the temporary folder while the script has them, `"16GiB"`

---@class pie.LaunchOptions
---@field timeout? duration whole life, from the call; then terminated, kind `timeout`
---@field idle_timeout? duration longest silence of the program; then terminated, kind `idle`
---@field launch_timeout? duration until the launch answer, `"10m"`
---@field detached? boolean let it run by itself
---@field scope? task.Scope the owner, instead of the innermost scope
---@field buffer? size unread events of this instance, `"16MiB"`
---@field keep? size of what was read, the latest bytes that results still have, `"1MiB"`
---@field max_output? size what `wait` collects at most, `"64MiB"`
---@field save_dir? string files are written there as they come
---@field token_budget? integer most tokens it may compute
---@field props? table|string for the server's scheduling (0.6); a table is sent as JSON
---@field session? string groups launches of one conversation (0.6)
---@field files? table<string, string> files that the program reads by name (0.6)

---@class pie.RunOptions : pie.LaunchOptions
---@field on_event? fun(event: pie.EventName, msg: string|pie.Blob, instance: pie.Instance) called for each event, the end included

---@class pie.TransferOptions
---@field progress? fun(done: integer, total: integer) called with bytes while it is sent, the last time with all of them

---@class pie.InstallOptions : pie.TransferOptions
---@field force? boolean send it even if the same bytes are there

---@class pie.InstanceInfo
---@field instance_id string
---@field program? string
---@field state? "running"|"finished"
---@field user? string
---@field input? string
---@field elapsed number seconds since its launch
---@field mine boolean launched or attached by this client

---@class pie.ServerInfo
---@field uri string
---@field dialect string the generation that the server speaks
---@field version? string the release that speaks it
---@field user? string who we are there
---@field simulated boolean true for the embedded engine
---@field reconnects integer how often the connection was made again

---@class pie
---@field events pie.EventName[] the nine event names, in order
pie = {}

--- Makes a client, connects it and logs in. Without an address: `--server`, `$PIE_SERVER`, else the embedded engine.
--- Raises `connect`, `auth`, `usage`.
---
--- ```lua
--- local c = pie.connect("ws://gpu-box:8080", { user = "ann" })
--- print(c:info().dialect)
--- ```
---@async
---@param uri? string
---@param opts? pie.ConnectOptions
---@return pie.Client
function pie.connect(uri, opts) end

--- Makes a client that is not connected yet.
---
--- ```lua
--- local c = pie.client("ws://gpu-box:8080")
--- c:connect()
--- ```
---@param uri? string
---@param opts? pie.ConnectOptions
---@return pie.Client
function pie.client(uri, opts) end

--- The client that `pie.launch` and `pie.run` use, connected at its first use.
---
--- ```lua
--- for _, i in ipairs(pie.default():list_instances()) do print(i.instance_id, i.program) end
--- ```
---@async
---@return pie.Client
function pie.default() end

--- Launches a program with the client in use and returns as soon as the server has started it.
---
--- ```lua
--- local inst = pie.launch("text-completion", { prompt = "What is the meaning of life?" })
--- for piece in inst:stream() do io.write(piece) end
--- ```
---@async
---@param program pie.Program
---@param input? pie.Input
---@param opts? pie.LaunchOptions
---@return pie.Instance
function pie.launch(program, input, opts) end

--- Launches a program with the client in use and waits for its result.
---
--- ```lua
--- local out = pie.run("text-completion", { prompt = "Once upon a time" })
--- print(out.text, out.elapsed)
--- ```
---@async
---@param program pie.Program
---@param input? pie.Input
---@param opts? pie.RunOptions
---@return pie.Result
function pie.run(program, input, opts) end

--- One connection to a Pie server.
---@class pie.Client
local Client = {}

--- Connects and logs in; twice is harmless. Raises `connect`, `auth`.
---
--- ```lua
--- local c = pie.client("ws://gpu-box:8080"):connect()
--- ```
---@async
---@return pie.Client
function Client:connect() end

--- Logs in as `user`; who is logged in already: nothing. `key`, where given, is used instead of the client's own, where
--- the server asks for a signature. Raises `auth`, `usage`.
---
--- ```lua
--- c:authenticate("ann", "~/.ssh/id_ed25519")
--- ```
---@async
---@param user string
---@param key? string path of a private key, or its PEM text
function Client:authenticate(user, key) end

--- Terminates what it owns, waits for the confirmation (5 s) and closes. Afterwards all calls raise `lost`.
---
--- ```lua
--- c:close()
--- ```
---@async
function Client:close() end

--- Uploads a program and returns its hash. Raises `program`, `refused`, `unsupported`.
---
--- ```lua
--- local hash = c:upload_program(fs.read("agent.wasm"), fs.read("Pie.toml"))
--- ```
---@async
---@param bytes string
---@param manifest? string TOML
---@param opts? pie.TransferOptions
---@return string hash
---@overload fun(self: pie.Client, bytes: string, opts: pie.TransferOptions): string
function Client:upload_program(bytes, manifest, opts) end

--- Whether the server has a program.
---
--- ```lua
--- if not c:program_exists("agent@0.1.0") then c:install("agent/") end
--- ```
---@async
---@param hash_or_name string
---@return boolean
function Client:program_exists(hash_or_name) end

--- Launches with a list of arguments, as Pie's documentation has it.
---
--- ```lua
--- local inst = c:launch_instance("text-completion", { "--prompt", "hello" })
--- ```
---@async
---@param program pie.Program
---@param args? string[]
---@param detached? boolean
---@return pie.Instance
function Client:launch_instance(program, args, detached) end

--- Launches a program of the server's registry.
---
--- ```lua
--- local inst = c:launch_instance_from_registry("std/text-completion@0.1.0", { "--prompt", "hello" })
--- ```
---@async
---@param name string
---@param args? string[]
---@param detached? boolean
---@return pie.Instance
function Client:launch_instance_from_registry(name, args, detached) end

--- Receives from an instance that was launched detached, or by somebody else. It is not owned. Raises `refused` for one
--- that is unknown, has ended or is taken.
---
--- ```lua
--- local again = c:attach_instance(inst.instance_id)
--- print(again:wait().text)
--- ```
---@async
---@param id string
---@return pie.Instance
function Client:attach_instance(id) end

--- What the server says is running.
---
--- ```lua
--- for _, i in ipairs(c:list_instances()) do print(i.instance_id, i.program, i.elapsed) end
--- ```
---@async
---@return pie.InstanceInfo[]
function Client:list_instances() end

--- Ends an instance by its id; false when it was not there. Servers before 0.3 say yes to any id: there it is what this
--- user is shown that counts.
---
--- ```lua
--- c:terminate_instance(id)
--- ```
---@async
---@param id string
---@return boolean
function Client:terminate_instance(id) end

--- The seconds of one round trip.
---
--- ```lua
--- print(("%.1f ms"):format(c:ping() * 1000))
--- ```
---@async
---@return number
function Client:ping() end

--- Launches a program. Raises `program`, `launch`, `refused`, `out_of_resources`, `unsupported`, `connect`.
---
--- ```lua
--- local inst = c:launch("echo", nil, { timeout = "30s" })
--- ```
---@async
---@param program pie.Program
---@param input? pie.Input
---@param opts? pie.LaunchOptions
---@return pie.Instance
function Client:launch(program, input, opts) end

--- Launches a program and waits for its result; an instance that is left early is terminated.
---
--- ```lua
--- local out = c:run("text-completion", { prompt = "Once upon a time" }, { timeout = "1m" })
--- ```
---@async
---@param program pie.Program
---@param input? pie.Input
---@param opts? pie.RunOptions
---@return pie.Result
function Client:run(program, input, opts) end

--- Installs a file, or a folder with `Pie.toml`; skipped when the same bytes are there.
---
--- ```lua
--- local name = c:install("agent/", { force = true })   -- "agent@0.1.0"
--- ```
---@async
---@param path string
---@param opts? pie.InstallOptions
---@return string name "name@version"
function Client:install(path, opts) end

--- Asks the server; a table where it answers with JSON.
---
--- ```lua
--- for key, value in pairs(c:query("model_status")) do print(key, value) end
--- ```
---@async
---@param subject string
---@return table|string
function Client:query(subject) end

--- The names of the models that the server has.
---
--- ```lua
--- print(table.concat(c:models(), ", "))
--- ```
---@async
---@return string[]
function Client:models() end

--- What is known of the connection.
---
--- ```lua
--- if c:info().simulated then print("no model here: a simulation") end
--- ```
---@async
---@return pie.ServerInfo
function Client:info() end

--- Whether the server can do something. About `"props"`, `"session"` and `"files"` a gateway whose dialect was not named
--- is asked once.
---
--- ```lua
--- if c:supports("send_file") then inst:send_file("notes.txt") end
--- ```
---@param feature pie.Feature
---@return boolean
function Client:supports(feature) end

--- Calls `fn`; inside, and in tasks spawned there, `pie.launch` and `pie.run` use this client.
---
--- ```lua
--- local out = c:use(function() return pie.run("text-completion", { prompt = "hello" }) end)
--- ```
---@async
---@generic T
---@param fn fun(...): T
---@param ... any
---@return T
function Client:use(fn, ...) end

--- One running program.
---@class pie.Instance
---@field instance_id string the server's name for it
---@field program string what was launched; "" where neither the server nor this run knows it, of one that was attached to
---@field client pie.Client who launched it
local Instance = {}

--- Sends a string as it is, a table as JSON. After the end, or detached: `refused`.
---
--- ```lua
--- inst:send({ question = "why?" })
--- ```
---@param msg string|table
function Instance:send(msg) end

--- The next event and its message, the end included. Raises `timeout`, `lost`, `overflow`; after the end `refused`.
---
--- ```lua
--- local event, msg = inst:recv("5s")
--- ```
---@async
---@param timeout? duration
---@return pie.EventName event
---@return string|pie.Blob msg
function Instance:recv(timeout) end

--- Iterates over the events and raises when the end is a failure.
---
--- ```lua
--- for event, msg in inst:events() do print(event, msg) end
--- ```
---@async
---@param timeout? duration longest wait for one event
---@return fun(): pie.EventName?, string|pie.Blob
function Instance:events(timeout) end

--- Iterates over what the program says: its stdout, or the returned text where nothing was printed.
---
--- ```lua
--- for line in inst:stream({ by = "line" }) do print("> " .. line) end
--- ```
---@async
---@param opts? { by?: "piece"|"line", timeout?: duration }
---@return fun(): string?
function Instance:stream(opts) end

--- The next `Message`; nil when the program has completed. Other events on the way are kept for the result.
---
--- ```lua
--- inst:send("hello")
--- print(inst:recv_message("5s"))
--- ```
---@async
---@param timeout? duration
---@return string?
function Instance:recv_message(timeout) end

--- Waits for the end and returns the result; reads nothing and may be repeated. A failed end raises; with `check = false` it
--- returns what there is, with the error as `error`. A lost connection raises either way.
---
--- ```lua
--- local out = inst:wait({ timeout = "1m", check = false })
--- print(out.event, out.text, out.error)
--- ```
---@async
---@param opts? duration|{ timeout?: duration, check?: boolean }
---@return pie.Result
function Instance:wait(opts) end

--- Ends the instance; returns when the server has answered. Twice, or after the end: nothing.
---
--- ```lua
--- inst:terminate()
--- ```
---@async
function Instance:terminate() end

--- Sends a file from disk, of any size: it is read while it is sent. The program must be waiting for it. On a terminal
--- a transfer that lasts has a progress line. Raises `io` with the file's name, `unsupported`.
---
--- ```lua
--- inst:send_file("photo.png")
--- inst:send_file("data.bin", { progress = function(done, total) log.info(done .. " of " .. total) end })
--- ```
---@async
---@param path string
---@param name? string instead of the one that it has here
---@param opts? pie.TransferOptions
---@overload fun(self: pie.Instance, path: string, opts: pie.TransferOptions)
function Instance:send_file(path, name, opts) end

--- Sends a string as a file.
---
--- ```lua
--- inst:send_bytes(json.encode(rows), "rows.json")
--- ```
---@async
---@param data string
---@param name? string
---@param opts? pie.TransferOptions
---@overload fun(self: pie.Instance, data: string, opts: pie.TransferOptions)
function Instance:send_bytes(data, name, opts) end

--- Lets it go on by itself. Twice, or of one that was launched detached: nothing. Raises `unsupported` where the server
--- ends it with the connection, and `refused` after its end.
---
--- ```lua
--- inst:detach()
--- print("later: " .. inst.instance_id)
--- ```
---@async
function Instance:detach() end

--- Where it stands, without asking the server.
---
--- ```lua
--- if inst:status() == "running" then inst:send("more") end
--- ```
---@return pie.Status
function Instance:status() end

--- A file that a program has sent.
---@class pie.Blob
---@field name? string
---@field size integer bytes
---@field hash string BLAKE3
---@field path? string where it is on disk, if it is
local Blob = {}

--- The file's content.
---
--- ```lua
--- local text = out.files[1]:bytes()
--- ```
---@async
---@return string
function Blob:bytes() end

--- Writes the file and returns its path. In a folder nothing is overwritten: `a.png`, then `a-1.png`.
---
--- ```lua
--- print(out.files[1]:save("pictures/"))
--- ```
---@async
---@param path_or_dir string
---@return string path
function Blob:save(path_or_dir) end

--- What an instance has told.
---@class pie.Result
---@field event? pie.EventName how it ended
---@field value string the returned text, `""` for none
---@field text string `value`, or what was printed when that is empty
---@field stdout string
---@field stderr string
---@field messages string[]
---@field files pie.Blob[]
---@field elapsed? number seconds from the launch to the end
---@field launched? number seconds from the call until the server had started it
---@field first_output? number seconds until its first output
---@field instance_id string
---@field program string
---@field truncated boolean something that was read is no longer here
---@field error? pierun.Error of `inst:wait({ check = false })`: why it did not end well; the event is nil where a limit ended it
local Result = {}

--- Decodes the text, with the options of `json.decode`. Raises `value`.
---
--- ```lua
--- local scores = pie.run("judge", { text = text }):json()
--- ```
---@param opts? json.DecodeOptions
---@return any
function Result:json(opts) end

return pie
