package luabind_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pierun/pierun/internal/backendai/faketest"
)

// TestBackendAITemplates: a session from a template is like one from an image: made or found, and ended with its scope.
func TestBackendAITemplates(t *testing.T) {
	code := `
local client = require("backendai").client()
local template, group = "` + faketest.DefaultTemplate + `", { scaling_group = "default" }
task.scope(function()
  local made = client:create_session_from_template(template, nil, "templated", group)
  print(made.sessionName, made.status, made.created, client:get_info(made.sessionId).requestedSlots)
  print(client:create_session_from_template(template, "python", "templated", group).created)
end)
print(client:create_session_from_template(template, nil, "queued", { cpu = 2, mem = "1g", shmem = "64m", scaling_group = "default", enqueueOnly = true }, { keep = true }).status)
local function refused(...) local _, err = try(client.create_session_from_template, client, ...); return err.kind, tostring(err) .. (err.hint or "") end
print(refused(template, nil, "abc"))
print(refused(template, nil, "misspelt", { cpus = 2 }))
print(refused("0f0d1c3e-0000-4000-8000-00000000dead", nil, "unknown", group))
print(refused(template, nil, "ungrouped"))
`
	onManager(t, faketest.Options{}, code, func(h *host, m *faketest.Manager, err error) {
		if err != nil {
			t.Fatal(h.rt.Describe(err))
		}
		lines := strings.Split(h.stdout.String(), "\n")
		for i, want := range []string{`templated\tRUNNING\ttrue\t\{'cpu': Decimal\('1'\), 'mem': Decimal\('268435456'\)\}$`, "false$", "PENDING$",
			"usage\t.*4 to 64", `usage\t.*did you mean "cpu"`, "server\t.*500.*no such template", "server\t.*500.*name a scaling_group"} {
			if !matches(want, lines[i]) {
				t.Errorf("line %d of\n%s\nis not %s", i+1, h.stdout.String(), want)
			}
		}
		if left := m.Live(); !slices.Equal(left, []string{"queued"}) {
			t.Errorf("left behind: %v", left)
		}
	})
}

// TestBackendAIWholeAnswers: the methods with names of the JavaScript client give what that gives, not a part of it.
func TestBackendAIWholeAnswers(t *testing.T) {
	prints(t, `
local client = require("backendai").client()
client:create_if_not_exists("python", "whole")
print(client:get_logs("whole").result.logs:match("^Kernel started"))
print(client:destroy("whole").stats.status)
print(client:fetch_ssh_keypair().ssh_public_key)
local made = client:refresh_ssh_keypair()
print(made.ssh_public_key == made.public, made.ssh_private_key == made.private, made.private:match("PRIVATE KEY"))
print(client:fetch_ssh_keypair().ssh_public_key == made.public)
for _, feature in ipairs{ "group", "multi-node", "avoid-hol-blocking", "levitation" } do print(feature, client:supports(feature)) end
local keys = client:authorize("alice@example.test", "alice-password-1")
print(keys.access_key, keys.secret_key, keys.role, keys.status)
print(select(2, try(client.authorize, client, "alice@example.test", "x")).msg)
print(client:restart(client:session{ image = "python" }.id))
`, "Kernel started\nterminated\nnil\ntrue\ttrue\tPRIVATE KEY\ntrue\ngroup\ttrue\nmulti-node\ttrue\navoid-hol-blocking\ttrue\nlevitation\tfalse\n"+
		"AKIATEST\tsecret\tuser\tactive\nUser credential mismatch.\n\n")
}

// TestBackendAIFeaturesOfOldManagers asks two that cannot do everything.
func TestBackendAIFeaturesOfOldManagers(t *testing.T) {
	for version, want := range map[string]string{"v4.20190315": "falsefalsefalse", "v4.20190615": "truefalsefalse"} {
		code := `local client = require("backendai").client()
for _, feature in ipairs{ "group", "multi-node", "avoid-hol-blocking" } do io.write(tostring(client:supports(feature))) end`
		onManager(t, faketest.Options{Version: version, Release: "20.03.1"}, code, func(h *host, m *faketest.Manager, err error) {
			if err != nil || h.stdout.String() != want {
				t.Errorf("%s: %v, printed %s", version, err, h.stdout.String())
			}
		})
	}
}
