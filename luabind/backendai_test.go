package luabind_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/backendai/faketest"
)

// onManager runs code on a host whose Backend.AI is a fake, in a bubble.
func onManager(t *testing.T, o faketest.Options, code string, after func(h *host, m *faketest.Manager, err error)) {
	t.Helper()
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		if o.Dial == nil {
			o.Dial = func(_ string, port int) (net.Conn, error) {
				if port != 8080 {
					return nil, errors.New("nothing listens")
				}
				return h.engine.DialContext(context.Background(), "tcp", "engine")
			}
		}
		m := faketest.New(o)
		h.config.BackendAI = backendai.Sources{Arguments: backendai.Config{DialContext: m.DialContext}, LookupEnv: managerEnv}
		err := h.run(code)
		after(h, m, err)
		m.Close()
	})
}

func managerEnv(name string) (string, bool) {
	v, ok := map[string]string{"BACKEND_ACCESS_KEY": faketest.DefaultKey, "BACKEND_SECRET_KEY": faketest.DefaultSecret,
		"BACKEND_ENDPOINT": "http://manager.test:8081"}[name]
	return v, ok
}

// prints runs code and compares what it prints; nothing may be left behind.
func prints(t *testing.T, code, want string) {
	t.Helper()
	onManager(t, faketest.Options{}, code, func(h *host, m *faketest.Manager, err error) {
		if err != nil {
			t.Fatal(h.rt.Describe(err))
		}
		if got := h.stdout.String(); got != want {
			t.Errorf("printed\n%s, want\n%s", got, want)
		}
		if left := m.Live(); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestBackendAIReadme(t *testing.T) {
	prints(t, `
local backendai = require "backendai"
local config = backendai.client_config.create_from_env()
print(config.access_key, config.endpoint, config.connection_mode, config.secret_key)
local client = backendai.client(config)
print(client:get_manager_version().version)
local created = client:create_if_not_exists("python:latest", "my-session-id")
print(created.sessionName, created.status, created.created)
local run_id, mode, code = nil, "query", "print('a')\ntime.sleep(1)\nx=input('name? ')\nprint(\"got\",x)"
repeat
  local got = client:execute("my-session-id", run_id, mode, code, {})
  run_id, mode, code = got.result.runId, "continue", ""
  for _, piece in ipairs(got.result.console) do io.write(piece[1], "=", piece[2], ";") end
  if got.result.status == "waiting-input" then mode, code = "input", "Lablup" end
until got.result.status == "finished"
print()
print(client:get_information("my-session-id").status, #client:get_logs("my-session-id").result.logs > 10)
client:restart("my-session-id")
client:upload("my-session-id", "a.txt", "hello")
print(client:download_single("my-session-id", "a.txt"), client:download("my-session-id", {"a.txt"})["a.txt"])
client:destroy("my-session-id")
print(select(2, try(client.get_information, client, "my-session-id")).type == backendai.client.ERR_SERVER)
`, "AKIATEST\thttp://manager.test:8081\tAPI\tnil\nv7.20230615\nmy-session-id\tRUNNING\ttrue\n"+
		"stdout=a\n;stdout=name? ;stdout=got Lablup\n;\nRUNNING\ttrue\nhello\thello\ntrue\n")
}

func TestBackendAISession(t *testing.T) {
	prints(t, `
local backendai = require "backendai"
local client = backendai.from_env()
local seen = {}
local session = client:session{ image = "python", name = "object", resources = { cpu = 1, mem = "1g" }, ports = { 8080 },
  progress = function(text, about) seen[#seen + 1] = about.status end }
print(table.concat(seen, " "), session.name, session.created)
local out = session:execute("print('hi')\n6*7")
print(out.stdout, out.exit_code)
for kind, text in session:stream("print('one')\ntime.sleep(1)\nprint('two')") do io.write(kind, " ", text) end
local asked = session:execute("x=input('name? ')\nprint(\"got\",x)", { input = function(prompt, secret) return prompt .. tostring(secret) end })
print(asked.stdout)
local built = session:batch{ build = "echo built", exec = "echo done; exit 3" }
print(built.stdout, built.exit_code)
session:write("d/a.txt", ("x"):rep(3000000))
print(#session:files("d"), session:files("d")[1].size)
session:write("small", "bytes")
print(session:read("small"))
local lines = 0
for line in session:logs() do lines = lines + 1 end
print(lines > 3, session:status(), #session:apps())
session:rename("renamed")
local again = client:session{ image = "python", name = "renamed" }
print(again.created, again.id == session.id)
local term = session:terminal()
term:send("ls\n")
print(term:recv("5s"))
term:resize(30, 100)
print(term:recv("5s"))
term:close()
local stream = session:terminal("pty")
stream:send("ls\n")
local _, err = try(stream.recv, stream, "5s")
print(err.kind, tostring(err):match("session:terminal%(%) in a script takes the session.s own SSH"))
`, "PENDING PREPARING RUNNING\tobject\ttrue\nhi\n42\t0\nstdout one\nstdout two\nname? got name? false\n\nbuilt\ndone\n\t3\n1\t3000000\nbytes\ntrue\tRUNNING\t3\nfalse\ttrue\nls\n\n30x100\n\n"+
		"unsupported\tsession:terminal() in a script takes the session's own SSH\n")
}

func TestBackendAIFolders(t *testing.T) {
	file := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(file, make([]byte, 20<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	prints(t, `
local client = require("backendai").client()
client.vfolder.create("data")
client.vfolder:mkdir("a", "data", true, true)
local last = 0
client.vfolder.upload("a/large", "`+file+`", "data", { progress = function(sent, size) last = sent; assert(size == 20 * 2^20) end })
print(last, client.vfolder.list_files("a", "data")[1].size, client.vfolder.download("a/large", "data", "`+file+`.back"))
print(client.vfolder.list()[1].name, client.image.list()[1].name, client.resource_preset.check().keypair_limits.cpu)
print(client.scaling_group.list()[1], client.user.get().email, client.keypair.info().access_key)
client.vfolder.delete("data")
local _, err = try(client.vfolder.info, "data")
print(err.kind, err.type, err.status, err.problem, err.title)
`, "20971520\t20971520\t20971520\ndata\tstable/python\tInfinity\ndefault\talice@example.test\tAKIATEST\nserver\t0\t404\tobject-not-found\tNo such virtual folder.\n")
}

func TestBackendAIErrors(t *testing.T) {
	onManager(t, faketest.Options{NoRoom: true}, `
local backendai = require "backendai"
local function kind(fn, ...) local _, err = try(fn, ...); print(err.kind, err.type, tostring(err)) end
local client = backendai.client()
kind(client.session, client, { image = "python", namee = "x" })
kind(client.session, client, { name = "abcd" })
kind(client.session, client, { image = "python", name = "abc" })
kind(client.session, client, { image = "python", resources = { cuda = 1 } })
kind(client.session, client, { image = "python", name = "waits", timeout = "10s" })
kind(backendai.client({ secret_key = "wrong" }).verify, backendai.client({ secret_key = "wrong" }))
kind(backendai.client, { endpoint = "nowhere" })
kind(function() client:request("GET", "/nothing") end)
`, func(h *host, m *faketest.Manager, err error) {
		if err != nil {
			t.Fatal(h.rt.Describe(err))
		}
		lines := strings.Split(strings.TrimSpace(h.stdout.String()), "\n")
		for i, want := range []string{`usage	nil	.*did you mean "name"`, "usage	nil	.*image", "usage	nil	.*4 to 64", "server	0	.*cuda.device",
			"timeout	nil	.*waits is still PENDING.*cuda.device", "server	0	.*BACKEND_SECRET_KEY", "usage	nil	.*BACKEND_ENDPOINT", "server	0	.*Unknown URL"} {
			if i >= len(lines) || !matches(want, lines[i]) {
				t.Errorf("line %d of\n%s\nis not %s", i+1, h.stdout.String(), want)
			}
		}
		if left := m.Live(); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestBackendAIOwnership(t *testing.T) {
	onManager(t, faketest.Options{}, `
local client = require("backendai").client()
local returned = task.scope(function()
  client:session{ image = "python", name = "inner" }
  client:session{ image = "python", name = "kept", keep = true }
  return client:session{ image = "python", name = "returned" }
end)
for _, s in ipairs(client:sessions{ status = "RUNNING" }) do print(s.name) end
print(returned:execute("print('alive')").stdout)
local t = task.spawn(function() client:session{ image = "python", name = "cancelled" } end)
task.sleep("1s")
t:cancel()
local _, err = try(t.join, t)
print(err.kind)
`, func(h *host, m *faketest.Manager, err error) {
		if err != nil {
			t.Fatal(h.rt.Describe(err))
		}
		if got := h.stdout.String(); got != "kept\nreturned\nalive\n\ncancelled\n" {
			t.Errorf("%q", got)
		}
		if left := m.Live(); !slices.Equal(left, []string{"kept"}) {
			t.Errorf("left behind: %v", left)
		}
		if r := h.rt.Report(); len(r.Ended) != 1 || !strings.Contains(r.Ended[0].String(), "session returned") || len(r.Unconfirmed) != 0 {
			t.Errorf("%+v", r)
		}
	})
}

func TestBackendAIRunsEndWithTheirTask(t *testing.T) {
	prints(t, `
local session = require("backendai").from_env():session{ image = "python", name = "busy" }
local _, err = try(session.execute, session, "sleep(forever)", { timeout = "3s" })
print(err.kind)
for kind, text in session:stream("print('first')\nsleep(forever)") do io.write(text) break end
print(session:execute("print('usable')").stdout)
local _, err = try(task.timeout, "2s", function() session:execute("sleep(forever)") end)
print(err.kind)
print(session:execute("print('still')").stdout)
local _, err = try(session.execute, session, "x=input('? ')")
print(err.kind, session:execute("1/0").stderr:match("ZeroDivisionError"))
print(#flow.map(5, function(n) return session:execute("print(" .. n .. ")\ntime.sleep(1)").stdout end))
`, "timeout\nfirst\nusable\n\ntimeout\nstill\n\nusage\tZeroDivisionError\n5\n")
}

func TestBackendAIEvents(t *testing.T) {
	prints(t, `
local client = require("backendai").from_env()
local events = client:events{ session = "watched" }
local t = task.spawn(function() client:session{ image = "python", name = "watched" }:destroy() end)
for name, event in events do print(name, event.sessionName) end
t:join()
`, "kernel_preparing\twatched\nkernel_started\twatched\nsession_terminating\twatched\nkernel_terminating\twatched\nkernel_terminated\twatched\nsession_terminated\twatched\n")
}

func TestBackendAITask(t *testing.T) {
	prints(t, `
local client = require("backendai").from_env()
for name, event in client:background_task("good") do print(name, event.current_progress) end
for name in client:background_task("fails") do print(name) end
`, "bgtask_updated\t1\nbgtask_updated\t2\nbgtask_done\t2\nbgtask_updated\nbgtask_updated\nbgtask_failed\n")
}

func TestPieOnBackendAI(t *testing.T) {
	prints(t, `
local backendai = require "backendai"
local stages = {}
local client, session = backendai.pie{ image = "python", name = "pie-01", resources = { cpu = 1 },
  progress = function(text) stages[#stages + 1] = text end }
print(stages[1], stages[#stages], session.name, client:info().simulated)
local results, failed = flow.map(20, function(n)
  return client:run("text-completion", { prompt = "number " .. n, max_tokens = 3 }).event
end)
print(#results, #failed, results[20], client:info().uri:match("^ws://pie%-01.session:8080"))
`, "creating session pie-01\twaiting for port 8080\tpie-01\ttrue\n20\t0\tCompleted\tws://pie-01.session:8080\n")
}

// TestServerThatDies: nobody waits for the port of a server whose command has failed.
func TestServerThatDies(t *testing.T) {
	nothing := func(string, int) (net.Conn, error) { return nil, errors.New("nothing listens") }
	onManager(t, faketest.Options{Dial: nothing}, `
local _, err = try(require("backendai").pie, { image = "python", name = "dead", command = "exit 7", timeout = "5m" })
print(err.kind, err)
`, func(h *host, m *faketest.Manager, err error) {
		want := "connect.*port 8080 of session dead: its command \\(exit 7\\) has ended with 7; the server's last words: cannot serve"
		if err != nil || !matches(want, h.stdout.String()) || len(m.Live()) != 0 {
			t.Errorf("%v, printed %q, left %v", err, h.stdout.String(), m.Live())
		}
	})
}

func TestLostSessionIsToldAsSuch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		m := faketest.New(faketest.Options{Dial: func(string, int) (net.Conn, error) {
			return h.engine.DialContext(context.Background(), "tcp", "engine")
		}})
		h.config.BackendAI = backendai.Sources{Arguments: backendai.Config{DialContext: m.DialContext}, LookupEnv: managerEnv}
		h.config.Stdin = readerFunc(func(p []byte) (int, error) {
			m.Lose("doomed")
			h.engine.CutConnections()
			return copy(p, "\n"), nil
		})
		err := h.run(`
local client = require("backendai").pie{ image = "python", name = "doomed" }
local inst = client:launch("echo")
io.read()
local _, err = try(inst.recv, inst, "10s")
print(err.kind, (tostring(err):gsub("session %S+ was lost", "session was lost")))`)
		if err != nil {
			t.Fatal(h.rt.Describe(err))
		}
		if got := h.stdout.String(); !strings.HasPrefix(got, "lost") || !strings.Contains(got, "session was lost") {
			t.Error(got)
		}
		m.Close()
	})
}

// TestBackendAIExamples runs the examples as they are.
func TestBackendAIExamples(t *testing.T) {
	for name, c := range map[string]struct {
		o    faketest.Options
		want string
	}{
		"01-session": {faketest.Options{}, "hello from the session\n\nstdout: one\nstdout: two\nnumbers.txt\t6\n"},
		"02-pie":     {faketest.Options{Slots: map[string]string{"cpu": "count", "mem": "bytes", "cuda.device": "count"}}, "3\t0\tRUNNING\n"},
		"03-queue":   {faketest.Options{NoRoom: true}, "cpu left:\tInfinity\nPENDING\tno-available-instances\ntimeout\n"},
	} {
		code, err := os.ReadFile("../examples/backendai/" + name + ".lua")
		if err != nil {
			t.Fatal(err)
		}
		onManager(t, c.o, string(code), func(h *host, m *faketest.Manager, err error) {
			if err != nil || h.stdout.String() != c.want || len(m.Live()) != 0 {
				t.Errorf("%s: %v, printed\n%s, want\n%s; left %v", name, err, h.stdout.String(), c.want, m.Live())
			}
		})
	}
}

func matches(pattern, text string) bool {
	return regexp.MustCompile("^(" + pattern + ")").MatchString(text)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
