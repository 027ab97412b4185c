package luabind_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/luabind"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie/engine"
)

// asError gives the script's error, which err must be.
func asError(t *testing.T, err error) *luavalue.Error {
	t.Helper()
	var e *luavalue.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no error of a script", err)
	}
	return e
}

func TestTheEndTerminatesWhatIsLeft(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		err := h.run("pie.launch('echo')\n\npie.launch('echo')\nprint('done')")
		if err != nil {
			t.Fatal(h.rt.Describe(err))
		}
		lines := h.rt.Report().Lines(false)
		if len(lines) != 2 || !strings.Contains(lines[0], "echo") || !strings.Contains(lines[0], "test.lua:1") ||
			!strings.Contains(lines[1], "test.lua:3") {
			t.Errorf("report: %q", lines)
		}
		if quiet := h.rt.Report().Lines(true); len(quiet) != 0 {
			t.Errorf("quiet report: %q", quiet)
		}
		if h.stdout.String() != "done\n" {
			t.Errorf("stdout %q", h.stdout.String())
		}
	})
}

// TestCloseIsNotTheEnd: what client:close ends, or finds ended, is not for the closing lines.
func TestCloseIsNotTheEnd(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		err := h.run(`
			local c = pie.connect()
			local done = c:launch("noop")
			repeat until done:recv() == "Completed"
			c:launch("echo")
			c:close()
			assert(done:wait().event == "Completed")`)
		if err != nil {
			t.Fatal(h.rt.Describe(err))
		}
		if lines := h.rt.Report().Lines(false); len(lines) != 0 {
			t.Errorf("report: %q", lines)
		}
	})
}

func TestAnErrorLeavesNothingBehind(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		h.start()
		err := h.rt.RunString(context.Background(), "test.lua", "local inst = pie.launch('echo')\nerror('no more')")
		if e := asError(t, err); e.Kind != "script" || e.Where != "test.lua:2" || e.Message != "no more" {
			t.Errorf("error %v", e)
		}
		if n := len(h.engine.Instances()); n != 0 {
			t.Errorf("%d instances are left", n)
		}
		if lines := h.rt.Report().Lines(false); len(lines) != 0 {
			t.Errorf("report: %q", lines)
		}
		h.stop()
	})
}

func TestTheEndWaitsForTasks(t *testing.T) {
	out, err := play(t, "task.spawn(function() task.sleep(3); print('late') end)\nprint('main')")
	if err != nil || out != "main\nlate\n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestExit(t *testing.T) {
	for _, c := range []struct {
		code string
		want int
	}{
		{"os.exit(7)", 7},
		{"os.exit()", 0},
		{"os.exit(true)", 0},
		{"os.exit(false)", 1},
		{"pcall(os.exit, 4) print('never')", 4},
		{"task.spawn(function() pie.launch('echo'); os.exit(5) end) pie.run('sleep', {seconds = 100}) print('never')", 5},
		{"task.defer(function() print('deferred') end) os.exit(6)", 6},
	} {
		out, err := play(t, c.code)
		var exit *luabind.ExitError
		if !errors.As(err, &exit) || exit.Code != c.want {
			t.Errorf("%s: %v", c.code, err)
		}
		if strings.Contains(out, "never") || strings.Contains(c.code, "defer") && out != "deferred\n" {
			t.Errorf("%s: printed %q", c.code, out)
		}
	}
}

func TestACancelFromOutside(t *testing.T) {
	stop := errors.New("interrupted")
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		ctx, cancel := context.WithCancelCause(context.Background())
		time.AfterFunc(time.Second, func() { cancel(stop) })
		h.start()
		err := h.rt.RunString(ctx, "test.lua", "while true do pcall(pie.run, 'echo') end")
		if !errors.Is(err, stop) {
			t.Errorf("error %v", err)
		}
		if n := len(h.engine.Instances()); n != 0 {
			t.Errorf("%d instances are left", n)
		}
		h.stop()
	})
}

func TestRunFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("near.lua", "return { name = ... }")
	write("lib/init.lua", "return 'a folder'")
	write("lib/deep.lua", "return 'deep'")
	script := write("flow.lua", "#!/usr/bin/env pierun\nprint(arg[0] == ..., arg[1], select('#', ...), require('near').name, require('lib'), require('lib.deep'))")
	bubble(t, func(t *testing.T) {
		h := newHost(t, func(h *host, _ *engine.Config) { h.config.Args = []string{"one", "two"} })
		h.start()
		err := h.rt.RunFile(context.Background(), script)
		h.stop()
		if err != nil || h.stdout.String() != "false\tone\t2\tnear\ta folder\tdeep\n" {
			t.Errorf("%q, %v", h.stdout.String(), err)
		}
	})
}

func TestAScriptThatIsNotThere(t *testing.T) {
	for path, want := range map[string]string{"no/such.lua": "there is no script", t.TempDir(): "is a folder"} {
		h := newHost(t)
		h.start()
		err := h.rt.RunFile(context.Background(), path)
		h.stop()
		if e := asError(t, err); e.Kind != "io" || !strings.Contains(e.Message, want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestRandom(t *testing.T) {
	seed := int64(7)
	fixed := func(h *host, _ *engine.Config) { h.config.Seed = &seed }
	code := "print(math.random(), math.random(10), math.random(-5, 5))"
	first, err := play(t, code, fixed)
	again, _ := play(t, code, fixed)
	if err != nil || first != again {
		t.Errorf("a fixed seed gives %q and %q, %v", first, again, err)
	}
	if fresh, _ := play(t, code); fresh == first {
		t.Errorf("no seed gives the same %q", fresh)
	}
	if _, err := play(t, "math.random(0)"); err == nil || !strings.Contains(err.Error(), "math.random") {
		t.Errorf("an empty interval: %v", err)
	}
	if out, err := play(t, "math.randomseed(3) local a = math.random() math.randomseed(3) print(a == math.random())"); out != "true\n" {
		t.Errorf("randomseed: %q, %v", out, err)
	}
}

func TestWithoutAnyServer(t *testing.T) {
	_, err := play(t, "pie.run('noop')", func(h *host, _ *engine.Config) { h.config.Dial = nil })
	if e := asError(t, err); e.Kind != "connect" || !strings.Contains(e.Hint, "--server") {
		t.Errorf("error %v", err)
	}
}

func TestDetachedOnesThatEndWithTheEngineAreTold(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		if err := h.run("pie.launch('sleep', {seconds = 100}, {detached = true})\npie.launch('noop', nil, {detached = true}) task.sleep(1)"); err != nil {
			t.Fatal(h.rt.Describe(err))
		}
		lines := h.rt.Report().Lines(false)
		if len(lines) != 1 || !strings.Contains(lines[0], "sleep") || !strings.Contains(lines[0], "test.lua:1") {
			t.Errorf("report: %q", lines)
		}
	})
}

// A connection that is cut settles everybody at once.
func TestLost(t *testing.T) {
	code := `
local inst = pie.launch("puppet", { steps = { { "print", "before" }, { "sleep", 100 } } })
local quiet = pie.launch("echo")
local waiter = task.spawn(function() return select(2, try(quiet.wait, quiet)) end)
local t0 = task.now()
print(inst:recv())
local _, err = try(inst.recv, inst)
print(err.kind, err.result.stdout, err.attachable ~= nil, err.running ~= nil, inst:status(), #err.instance_id, err.retryable)
local _, again = try(inst.recv, inst)
print(again.kind, waiter:join().kind, task.now() - t0 < 30)
`
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		time.AfterFunc(time.Second, func() { h.engine.CutConnections() })
		err := h.run(code)
		want := "Stdout\tbefore\nlost\tbefore\ttrue\ttrue\tlost\t36\ttrue\nlost\tlost\ttrue\n"
		if err != nil || h.stdout.String() != want {
			t.Errorf("%s%s", h.stdout.String(), h.rt.Describe(err))
		}
	})
}
