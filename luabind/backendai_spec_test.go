package luabind_test

import (
	"strings"
	"testing"

	"github.com/pierun/pierun/internal/backendai/faketest"
)

// refusedAsUsage runs calls that must be refused before anything is sent, each with kind usage and words of its own.
func refusedAsUsage(t *testing.T, version string, calls map[string]string) {
	t.Helper()
	var code, want strings.Builder
	code.WriteString("local client = require('backendai').client()\nlocal function session(o) o.image = 'python'; return client:session(o) end\n" +
		"local function config(c) return client:create_if_not_exists('python', 'refused', c) end\n")
	for call, words := range calls {
		code.WriteString("do local _, err = try(function() return " + call + " end); print(err and err.kind, err and err.message) end\n")
		want.WriteString("usage\t" + words + "\n")
	}
	onManager(t, faketest.Options{Version: version}, code.String(), func(h *host, m *faketest.Manager, err error) {
		if err != nil {
			t.Fatal(h.rt.Describe(err))
		}
		if got := h.stdout.String(); got != want.String() {
			t.Errorf("printed\n%s, want\n%s", got, want.String())
		}
	})
}

// TestBackendAISessionOptions: what a manager would misread, or answer with a bare internal error, is refused here.
func TestBackendAISessionOptions(t *testing.T) {
	refusedAsUsage(t, "", map[string]string{
		`session{ mounts = { a = "b" } }`:                        `client:session: option "mounts" must be a list; this table has names ("a")`,
		`session{ ports = { a = 8080 } }`:                        `client:session: option "ports" must be a list; this table has names ("a")`,
		`session{ ports = { "8080" } }`:                          `client:session: option "ports" must be a list of whole numbers, not have "8080"`,
		`session{ cluster_size = 0 }`:                            `client:session: option "cluster_size" must be 1 or more, not 0`,
		`session{ cluster_size = -1 }`:                           `client:session: option "cluster_size" must be 1 or more, not -1`,
		`session{ resources = { 1, 2 } }`:                        `client:session: option "resources" must be a table of names and values; this one has the key 1`,
		`session{ env = { "A" } }`:                               `client:session: option "env" must be a table of names and values; this one has the key 1`,
		`session{ shmem = {} }`:                                  `client:session: option "shmem" must be a size such as "64m", not a table`,
		`session{ resources = { cuda = 0.5 } }`:                  `resource "cuda.device" is "0.5": it counts whole GPUs; fractions are cuda.shares (fgpu), where the site has them`,
		`session{ type = "foo" }`:                                `type is "foo": it is one of interactive, batch, inference, system`,
		`session{ cluster_mode = "foo" }`:                        `cluster_mode is "foo": it is one of single-node, multi-node`,
		`session{ starts_at = "tomorrow" }`:                      `starts_at is "tomorrow": give a time, "2026-11-22T12:00:00Z", or how long from now, "1h30m"`,
		`session{ callback_url = "nourl" }`:                      `callback_url is "nourl": give a whole address, such as https://example.com/done`,
		`client.vfolder.delete_files({}, true, "data")`:          `client.vfolder.delete_files: argument 1 names no file`,
		`client.vfolder.delete_files({ "x" }, "yes", "data")`:    `client.vfolder.delete_files: argument 2 must be true or false, not "yes"`,
		`client.vfolder.delete_files({ a = "x" }, true, "data")`: `client.vfolder.delete_files: the list has a name in it ("a")`,
	})
}

// TestBackendAISessionConfig: the config of the JavaScript client's create holds what the API version knows.
func TestBackendAISessionConfig(t *testing.T) {
	const v7 = "; there are mounts, environ, scaling_group, resources, resource_opts, mount_map, preopen_ports, mount_options, agent_list"
	refusedAsUsage(t, "", map[string]string{
		`config{ cpu = 1 }`:                               `config has "cpu", which API v7.20230615 does not know there; amounts go into its resources` + v7,
		`config{ instanceMemory = 5 }`:                    `config has "instanceMemory", which API v7.20230615 does not know there` + v7,
		`config{ clusterSize = 2 }`:                       `config has "clusterSize", which API v7.20230615 does not know there` + v7,
		`config{ preopen_ports = { 80 } }`:                `port 80 cannot be opened in advance: it must be from 1024 to 65535`,
		`config{ preopen_ports = { "8080" } }`:            `config.preopen_ports must be a list of whole numbers, not ["8080"]`,
		`config{ mounts = { a = "b" } }`:                  `config.mounts must be a list of texts, not {"a":"b"}`,
		`config{ environ = { "A" } }`:                     `config.environ must be a table of names and texts, not ["A"]`,
		`config{ environ = { A = 1 } }`:                   `config.environ must be a table of names and texts, not {"A":1}`,
		`config{ mount_map = { data = 5 } }`:              `config.mount_map must be a table of names and texts, not {"data":5}`,
		`config{ resources = { cpu = "many" } }`:          `resource "cpu" is "many": give a number, or a size like "4g"`,
		`config{ resources = { ["cuda.device"] = 1.5 } }`: `resource "cuda.device" is "1.5": it counts whole GPUs; fractions are cuda.shares (fgpu), where the site has them`,
		`config{ "x" }`:                                   `the session's config must be a table of names and values`,
	})
	refusedAsUsage(t, "v5.20191215", map[string]string{
		`config{ agent_list = { "a" } }`: `config has "agent_list", which API v5.20191215 does not know there; there are mounts, environ, scaling_group, resources, ` +
			`resource_opts, clusterSize, mount_map, preopen_ports`,
		`config{ clusterSize = 0 }`: `config.clusterSize must be a whole number of 1 or more, not 0`,
	})
}

// TestBackendAIEmptyLists: an empty table is a list where one is meant, and what a newer manager may know is left to it.
func TestBackendAIEmptyLists(t *testing.T) {
	for code, want := range map[string]string{
		`client:create_if_not_exists("python", "empty", { mounts = {}, environ = { A = "1" } })`: `{"image":"python","name":"empty","config":{"environ":{"A":"1"},"mounts":[]}}`,
		`client:create_if_not_exists("python", "plain", {})`:                                     `{"image":"python","name":"plain","config":{}}`,
	} {
		if a := requestOf(t, "v7.20230615", code); sortedKeys(a.body) != sortedKeys(want) {
			t.Errorf("%s sends %s", code, a.body)
		}
	}
	if a := requestOf(t, "v9.20990101", `client:create_if_not_exists("python", "newer", { invented = 1 })`); !strings.Contains(a.body, "invented") {
		t.Errorf("sends %s", a.body)
	}
}

// TestBackendAIInputFunction: a function that gives no text types nothing into the program.
func TestBackendAIInputFunction(t *testing.T) {
	prints(t, `
local session = require("backendai").client():session{ image = "python" }
for _, answer in ipairs{ false, {}, "name", 5 } do
  local out, err = try(session.execute, session, "x=input('name? ')\nprint(\"got\",x)", { input = function() return answer or nil end })
  print(out and out.stdout:match("got %w+"), err and err.kind, err and err.message)
end
local _, err = try(session.execute, session, "x=input('name? ')", { input = { {} } })
print(err.kind, err.message)
print(session:execute("6*7").stdout)
`, "nil\tusage\tsession:execute: the function input must return a text, not nil (asked: \"name? \")\n"+
		"nil\tusage\tsession:execute: the function input must return a text, not a table (asked: \"name? \")\n"+
		"got name\tnil\tnil\ngot 5\tnil\tnil\nusage\tsession:execute: item 1 of the list input must be a text, not a table\n42\n")
}
