package luabind_test

import (
	"testing"

	"github.com/pierun/pierun/internal/backendai/faketest"
)

// TestBackendAIWrongArguments: whatever a function is given, what it says of it is an error of this module, which names the call
// and counts the arguments as the script writes them.
func TestBackendAIWrongArguments(t *testing.T) {
	prints(t, `
local client = require("backendai").client()
local session = client:session{ image = "python", name = "fuzzed" }
local function check(name, f, ...)
  local _, err = try(f, ...)
  if err and (err.kind == "script" or tostring(err):find("anonymous")) then print(name, err.kind, err) end
end
local function fuzz(name, f, ...)
  local n = select("#", ...)
  for _, bad in ipairs{ {}, true, 5, {{}}, { a = 1 }, function() end } do
    for _, before in ipairs{ {}, { "x" }, { "x", "y" }, { "x", "y", "z" }, { "x", {} }, { {} } } do
      local args = { ... }
      for i, v in ipairs(before) do args[n + i] = v end
      args[n + #before + 1] = bad
      check(name, f, table.unpack(args, 1, n + #before + 1))
    end
  end
end
for _, name in ipairs{ "create_session_from_template", "supports", "get_information", "get_logs", "destroy", "restart",
    "execute", "run_code", "upload", "download", "download_single", "gql", "shutdown_service", "request", "attach", "sessions",
    "get_task_logs", "authorize", "token_login", "verify" } do
  fuzz("client:" .. name, client[name], client)
end
for _, name in ipairs{ "execute", "batch", "stream", "complete", "wait", "logs", "rename", "upload", "download", "write", "read", "files",
    "apps", "forward", "terminal" } do
  fuzz("session:" .. name, session[name], session)
end
for _, space in ipairs{ "compute_session", "vfolder", "image", "resource_preset", "resource_policy", "keypair", "user", "maintenance", "group",
    "scaling_group", "agent", "usage" } do
  for name, f in pairs(client[space]) do fuzz(space .. "." .. name, f) end
end

local function said(f, ...) local _, err = try(f, ...); print(err.kind, err.message) end
said(client.get_info, client, "x", {})
said(session.terminal, session, 5, 6)
said(session.files, session, {})
said(client.keypair.add, {})
said(client.get_logs, client, "fuzzed", nil, 5)
said(client.vfolder.info, "data", "x")
said(client.vfolder.mkdir, "a", "data", "yes")
said(client.destroy, client, "fuzzed", nil, 1)
said(require("backendai").client, 5)
said(require("backendai").from_env, 1)
print((pcall(client.get_server_version, client, nil, nil)))
`, "usage\tclient:get_information: argument 2 must be a string, not a table\nusage\tsession:terminal: argument 2 (6) is one too many\n"+
		"usage\tsession:files: argument 1 must be a string, not a table\nusage\tclient.keypair.add: argument 1 must be a string, not a table\n"+
		"usage\tclient:get_logs: argument 3 (5) is one too many\nusage\tclient.vfolder.info: argument 2 (\"x\") is one too many\n"+
		"usage\tclient.vfolder.mkdir: argument 3 must be true or false, not \"yes\"\nusage\tclient:destroy: argument 3 must be true or false, not 1\n"+
		"usage\tbackendai.client: the options must be a table, not 5\nusage\tbackendai.from_env: argument 1 (1) is one too many\ntrue\n")
}

// TestBackendAINullRun: what the JavaScript client's programs write for no run and no options is sent as they write it.
func TestBackendAINullRun(t *testing.T) {
	onManager(t, faketest.Options{}, `
local client = require("backendai").client()
local session = client:session{ image = "python" }
print(client:execute(session.id, json.null, "query", "6*7", json.null).result.console[1][2])
`, func(h *host, _ *faketest.Manager, err error) {
		if err != nil || h.stdout.String() != "42\n" {
			t.Errorf("%v, printed %s", err, h.stdout.String())
		}
	})
}
