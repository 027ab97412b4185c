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
	"github.com/pierun/pierun/internal/transcript"
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
	return onSkewedManager(t, 0, code)
}

// skewed is a clock that goes wrong by an amount.
type skewed time.Duration

func (s skewed) Now() time.Time { return time.Now().Add(time.Duration(s)) }
func (skewed) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, f).Stop
}

// onSkewedManager is onRealManager on a machine whose clock is wrong.
func onSkewedManager(t *testing.T, skew time.Duration, code string) string {
	t.Helper()
	if os.Getenv("PIERUN_BACKENDAI_MANAGER") == "" {
		t.Fatal("PIERUN_BACKENDAI_MANAGER is not set: internal/backendai/testdata/manager/start.sh prints it")
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("large.bin", make([]byte, 3_000_000), 0o600); err != nil {
		t.Fatal(err)
	}
	l := &lines{open: map[net.Conn]bool{}}
	var stdout, stderr transcript.Transcript
	rt, err := luabind.New(luabind.Config{Stdout: &stdout, Stderr: &stderr, Stdin: l, Grace: time.Minute, Clock: skewed(skew),
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

// TestManagerSiteFromLua asks for what needs no session.
func TestManagerSiteFromLua(t *testing.T) {
	got := onRealManager(t, `
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
local steps = 0
client.vfolder.upload("deep/large.bin", "large.bin", name, { progress = function() steps = steps + 1 end })
print(steps, client.vfolder.download("deep/large.bin", name, "back.bin"), fs.read("back.bin") == fs.read("large.bin"))
local clone = client.vfolder.clone(name .. "-copy", name)
local ends
for event in client:background_task(clone.bgtask_id) do ends = event end
print(ends)
client.vfolder.delete(name .. "-copy")
local invited = flow.retry(function() return client.vfolder.invite("ro", { "bob@example.test" }, name) end,
  { times = 5, on = function(err) return err.status == 500 end }) -- its database may refuse two changes at once
print(invited[1], key("SMALL").vfolder.invitations()[1].vfolder_name == name)
client.vfolder.delete(name)
`)
	want := "Infinity\t536870912\tsmall\ndefault\tstable/python\t2\t20\nalice@example.test\ngraphql-error\nalice@example.test\tuser\tdefault\t1\tcount\ntrue\n" +
		"SECOND\tserver\ttrue\t401\tauth-failed\nINACTIVE\tserver\ttrue\t401\tauth-failed\nSignature mismatch\ttrue\n429\trate-limit-exceeded\t30000\n" +
		"true\ttrue\ntrue\ntrue\ttrue\n3\t20800000\ttrue\nbgtask_done\nbob@example.test\ttrue\n"
	if got != want {
		t.Errorf("printed\n%s, want\n%s", got, want)
	}
}

func TestManagerClockFromLua(t *testing.T) {
	got := onSkewedManager(t, -16*time.Minute, `
local client = require("backendai").from_env()
local _, err = try(client.verify, client)
print(err.status, err.problem, err.hint:match("1[56]m%S+ apart, and less than 15 minutes are allowed") ~= nil)
`)
	if got != "400\tinvalid-auth-params\ttrue\n" {
		t.Error(got)
	}
}

// TestManagerSessionsFromLua watches one session through everything, takes it away behind the script's back, and has
// another wait in the queue.
func TestManagerSessionsFromLua(t *testing.T) {
	got := onRealManager(t, `
local backendai = require "backendai"
local client, image = backendai.from_env(), os.getenv "BACKEND_IMAGE"
local name, resources = client:generate_session_id(), { cpu = 1, mem = "256m" }
local seen = task.channel(100)
local watcher = task.spawn(function()
  for event in client:events{ session = name } do seen:send(event) end
end)
local session = client:session{ image = image, name = name, resources = resources, tag = "a-tag", env = { COLOUR = "blue" }, timeout = "3m" }
local event repeat event = seen:recv("60s") until event == "kernel_started"
print(event, session:info().tag, session:execute("import os; print(os.environ['COLOUR'])").stdout)

-- every mode, call by call
local got = client:execute(session.id, nil, "query", "import time\nprint('a', flush=True); time.sleep(4); print(input('name? '))", {})
local calls, text = 1, ""
while got.result.status ~= "finished" do
  for _, piece in ipairs(got.result.console) do text = text .. piece[2] end
  local mode, code = "continue", ""
  if got.result.status == "waiting-input" then mode, code = "input", "Lablup" end
  got, calls = client:execute(session.id, got.result.runId, mode, code, {}), calls + 1
end
for _, piece in ipairs(got.result.console) do text = text .. piece[2] end
print(calls >= 3, (text:gsub("\n", "|")))
local run, codes = session:batch{ clean = "echo cleaned", build = "echo built", exec = "echo done; exit 3" }, {}
print((run.stdout:gsub("\n", "|")), run.exit_code, #session:complete("pri") >= 0)

session:write("d/a.txt", "hello")
session:upload("large.bin", "big/large.bin")
print(session:read("d/a.txt"), #session:files("d"), session:download("big/large.bin", "back.bin"))
print(tostring(select(2, try(session.upload, session, "large.bin", "d/large.bin"))):match("belongs to another user"))
print(client:download(session.id, { "d/a.txt" })["a.txt"], client:download_single(session.id, "d/a.txt"))
local fwd = session:forward("sshd")
print(fwd.address:match("^127"))
print(try(session.terminal, session) ~= nil)
session:rename(name .. "-b")
local renamed
for _, s in ipairs(client:sessions{ status = "RUNNING" }) do if s.name == name .. "-b" then renamed = s.id end end
print(session:status(), renamed == session.id)
session:restart()
print(session:execute("import os; print(os.path.exists('d/a.txt'))").stdout)

-- a third session stays in the queue
local second = client:session{ image = image, resources = resources, timeout = "3m" }
local _, err = try(client.session, client, { image = image, resources = resources, timeout = "10s" })
print(err.kind, tostring(err):match("still PENDING"))
second:destroy()

-- somebody else ends it
local other = backendai.from_env()
other:destroy(session.id, nil, true)
task.timeout("2m", function()
  while client.compute_session.get(session.id).status ~= "TERMINATED" do task.sleep("200ms") end
end)
local _, err = try(session.execute, session, "1")
print(err.kind, tostring(err):match("was lost: %u+"))
watcher:cancel()
`)
	want := "kernel_started\ta-tag\tblue\n\ntrue\ta|name? Lablup|\ncleaned|built|done|\t3\ttrue\nhello\t1\t3000000\nbelongs to another user\nhello\thello\n127\ntrue\n" +
		"RUNNING\ttrue\nTrue\n\ntimeout\tstill PENDING\nlost\twas lost: TERMINATED\n"
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
