//go:build manager

package luabind_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind"
)

// These tests need the manager of internal/backendai/testdata/manager:
//
//	internal/backendai/testdata/manager/start.sh > env.sh && set -a && . ./env.sh && go test -tags manager -run TestManager ./luabind

// lines are the connections to the manager, which a test may cut.
type lines struct {
	mu   sync.Mutex
	open map[net.Conn]bool
}

func (l *lines) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err == nil {
		l.mu.Lock()
		l.open[c] = true
		l.mu.Unlock()
	}
	return c, err
}

// Read is the script's standard input: a line read from it cuts everything.
func (l *lines) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		c.Close()
	}
	l.open = map[net.Conn]bool{}
	return copy(p, "cut\n"), nil
}

// onRealManager runs a script and gives what it printed; the manager must know of no session afterwards.
func onRealManager(t *testing.T, code string) string {
	t.Helper()
	if os.Getenv("PIERUN_BACKENDAI_MANAGER") == "" {
		t.Fatal("PIERUN_BACKENDAI_MANAGER is not set: internal/backendai/testdata/manager/start.sh prints it")
	}
	l := &lines{open: map[net.Conn]bool{}}
	var stdout, stderr buffer
	rt, err := luabind.New(luabind.Config{Stdout: &stdout, Stderr: &stderr, Stdin: l, Grace: time.Minute,
		BackendAI: backendai.Sources{LookupEnv: os.LookupEnv, Arguments: backendai.Config{DialContext: l.DialContext}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	err = rt.RunString(ctx, "manager.lua", code)
	defer rt.Close()
	if err != nil {
		t.Fatalf("%s%s%s", stdout.String(), stderr.String(), rt.Describe(err))
	}
	if left := rt.Report().Unconfirmed; len(left) != 0 {
		t.Errorf("not confirmed: %v", left)
	}
	return stdout.String()
}

func TestManagerFromLua(t *testing.T) {
	got := onRealManager(t, `
local client = require("backendai").from_env()
local image = os.getenv("BACKEND_IMAGE")
print(client:get_manager_version().manager, client.scaling_group.list()[1], #client.resource_preset.list())
local session = client:session{ image = image, resources = { cpu = 1, mem = "256m" }, timeout = "3m" }
print(session:execute("print(6*7)").stdout)
print(session:execute("x = input('name? ')\nprint('got', x)", { input = "bob" }).stdout)
for kind, text in session:stream("import time\nfor i in range(3):\n  print(i, flush=True); time.sleep(1)") do io.write(text) end
print(session:batch{ build = "echo built", exec = "exit 3" }.exit_code)
local _, err = try(session.execute, session, "import time\ntime.sleep(60)", { timeout = "3s" })
print(err.kind, session:execute("print('usable')").stdout)
session:write("deep/large", ("0123456789"):rep(300000))
print(#session:read("deep/large"), session:files("deep")[1].name)
print(session:logs()() ~= nil)
client.vfolder.create("from-lua")
client.vfolder.mkdir("a", "from-lua")
print(client.vfolder.list_files(".", "from-lua")[1].name)
client.vfolder.delete("from-lua")
local id = session.id
session:destroy()
task.timeout("2m", function() -- the manager answers before it is done
  while client.compute_session.get(id).status ~= "TERMINATED" do task.sleep("200ms") end
end)
print(client.compute_session.get(id).status)
local _, err = try(client.session, client, { image = image, name = "x" })
print(err.kind)
`)
	want := "23.09.10\tdefault\t2\n42\n\nname? got bob\n\n0\n1\n2\n3\ntimeout\tusable\n\n3000000\tlarge\ntrue\na\nTERMINATED\nusage\n"
	if got != want {
		t.Errorf("printed\n%s, want\n%s", got, want)
	}
}

// TestManagerPie serves Pie in a session: twenty instances through the signed tunnel, a cut of it, and nothing is left.
func TestManagerPie(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "pierun")
	build := exec.Command("go", "build", "-o", binary, "github.com/pierun/pierun")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s%v", out, err)
	}
	got := onRealManager(t, strings.ReplaceAll(`
local client, session = require("backendai").pie{ image = os.getenv("BACKEND_IMAGE"), resources = { cpu = 1, mem = "512m" },
  upload = { ["bin/pierun"] = "BINARY" }, command = "bin/pierun engine --listen 0.0.0.0:8080", timeout = "5m" }
local function twenty()
  local results, failed = flow.map(20, function(n) return client:run("text-completion", { prompt = "n" .. n, max_tokens = 4 }).event end)
  return #results, #failed
end
print(twenty())
local inst = client:launch("echo")
inst:send("hello")
print(inst:recv_message("30s"))
io.read()                                   -- cuts every connection to the manager
local _, err = try(inst.recv, inst, "60s")
print(err.kind, session:status())
task.sleep("2s")
print(twenty())                             -- over a new tunnel
local id = session.id
session:destroy()
task.timeout("2m", function() -- the manager answers before it is done
  while session.client.compute_session.get(id).status ~= "TERMINATED" do task.sleep("200ms") end
end)
print(session.client.compute_session.get(id).status)
`, "BINARY", binary))
	if want := "20\t0\nhello\nlost\tRUNNING\n20\t0\nTERMINATED\n"; got != want {
		t.Errorf("printed\n%s, want\n%s", got, want)
	}
}
