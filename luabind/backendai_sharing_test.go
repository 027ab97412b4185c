package luabind_test

import (
	"testing"

	"github.com/pierun/pierun/internal/backendai/faketest"
)

// people are two users and an admin.
func people() map[string]faketest.Key {
	return map[string]faketest.Key{
		faketest.DefaultKey: {Secret: faketest.DefaultSecret, User: "alice@example.test"},
		"AKIABOB":           {Secret: "b", User: "bob@example.test"},
		"AKIAROOT":          {Secret: "r", User: "root@example.test", Admin: true},
	}
}

// printsFor is prints on a manager of several accounts.
func printsFor(t *testing.T, o faketest.Options, code, want string) {
	t.Helper()
	onManager(t, o, code, func(h *host, m *faketest.Manager, err error) {
		if err != nil {
			t.Fatal(h.rt.Describe(err))
		}
		if got := h.stdout.String(); got != want || len(m.Live()) != 0 {
			t.Errorf("printed\n%s, want\n%s; left %v", got, want, m.Live())
		}
	})
}

const sharingScript = `
local backendai = require "backendai"
local alice, bob = backendai.client(), backendai.client{ access_key = "AKIABOB", secret_key = "b" }
local root = backendai.client{ access_key = "AKIAROOT", secret_key = "r" }
local function failure(fn, ...) local _, err = try(fn, ...); return err.kind, err.status, err.title end

alice.vfolder.create("offered")
print(alice.vfolder.invite("ro", { "bob@example.test", "nobody@example.test" }, "offered")[1], #bob.vfolder.invitations())
print(#alice.vfolder.invite("ro", { "bob@example.test" }, "offered"), failure(alice.vfolder.invite, "ro", { "nobody@example.test" }, "offered"))
local offer = bob.vfolder.invitations()[1]
print(offer.vfolder_name, offer.inviter, offer.perm, failure(bob.vfolder.info, "offered"))
print(failure(alice.vfolder.accept_invitation, offer.id))
bob.vfolder.accept_invitation(offer.id)
print(bob.vfolder.info("offered").name, #bob.vfolder.invitations(), #bob.vfolder.list())
print(alice.vfolder.shared()[1].shared_to.email, failure(alice.vfolder.leave, "offered"))
bob.vfolder.leave("offered")
print(#bob.vfolder.list(), #alice.vfolder.shared())

alice.vfolder.invite("rw", { "bob@example.test" }, "offered")
bob.vfolder.delete_invitation(bob.vfolder.invitations()[1].id)
print(#bob.vfolder.invitations(), failure(bob.vfolder.delete_invitation, offer.id))

root.vfolder.create("projects", nil, { group = "default" })
print(failure(alice.vfolder.share, "ro", { "bob@example.test" }, "projects"))
print(failure(root.vfolder.share, "ro", { "bob@example.test" }, "offered"))
root.vfolder.share("ro", { "bob@example.test" }, "projects")
print(alice.vfolder.shared()[1].vfolder_name, failure(root.vfolder.share, "ro", { "nobody@example.test" }, "projects"))
root.vfolder.unshare({ "bob@example.test" }, "projects")
print(#alice.vfolder.shared())
`

// TestBackendAISharing: offers are made, taken, refused and given up by two accounts, and a project's folder is shared.
func TestBackendAISharing(t *testing.T) {
	printsFor(t, faketest.Options{Keys: people()}, sharingScript, "bob@example.test\t1\n0\tserver\t404\tNo such vfolder invitation.\n"+
		"offered\talice@example.test\tro\tserver\t404\tNo such virtual folder.\nserver\t404\tNo such vfolder invitation.\noffered\t0\t1\n"+
		"bob@example.test\tserver\t400\tMissing or invalid API parameters.\n0\t0\n0\tserver\t500\tInternal server error.\n"+
		"server\t401\tCredential/signature mismatch.\nserver\t404\tNo such virtual folder.\nprojects\tserver\t404\tNo such user.\n0\n")
}

// TestBackendAIChanges: images are looked for again by a task of the manager's, and a change that comes to nothing is told in
// the manager's words.
func TestBackendAIChanges(t *testing.T) {
	prints(t, `
local client = require("backendai").client()
for _, registry in ipairs{ false, "cr.example.test" } do
  local ends
  for event in client:background_task(client.maintenance.rescan_images(registry or nil).task_id) do ends = event end
  print(ends)
end
local _, err = try(client.resource_preset.delete, "no-such-preset")
print(err.kind, err.title, err.msg)
`, "bgtask_done\nbgtask_done\nserver\tthe change was refused\tno matching deleteresourcepreset\n")
}

// TestBackendAIWebServer: a script behind a web server logs in by name or by token, or its first call does it for it.
func TestBackendAIWebServer(t *testing.T) {
	web := faketest.Options{Web: map[string]string{"alice": "right"}, Token: "fresh"}
	printsFor(t, web, `
local backendai = require "backendai"
local function client(o) o.mode = "SESSION"; return backendai.client(o) end
local named = client{ user = "alice", password = "right" }
print(named:check_login(), named:login(), named:check_login())
print(named:session{ image = "python" }:execute("6*7").stdout)
named:logout()
print(named:check_login(), named:get_server_version().manager, named:check_login())

local token = client{ token = "fresh" }
print(token:check_login(), token:token_login(), token:check_login(), token.user.get().email)
print(client{ token = "fresh" }.user.get().email, client{ user = "alice", password = "x" }:token_login("fresh"))
local function failure(fn, ...) local _, err = try(fn, ...); return err.kind, err.status, tostring(err):match("tokens live") or err.title end
print(failure(token.token_login, token))
print(failure(function() client{ token = "stale" }.user.get() end))
print(failure(function() client{ user = "alice", password = "x" }:token_login() end))
print(failure(function() client{ user = "alice", password = "x" }:login() end))
print((failure(function() token:login() end)), (failure(function() backendai.client():token_login("fresh") end)))
`, "false\ttrue\ttrue\n42\nfalse\t23.09.10\ttrue\nfalse\ttrue\ttrue\talice@example.test\nalice@example.test\ttrue\n"+
		"server\t400\tYou have already logged in.\nserver\t200\ttokens live\nserver\t400\tYou must provide cookie-based authentication token\n"+
		"server\t200\tCredential/signature mismatch.\nusage\tusage\n")
}
