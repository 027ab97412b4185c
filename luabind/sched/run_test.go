package sched

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	lua "github.com/yuin/gopher-lua"
)

var errStop = errors.New("interrupted by a test")

func TestRunIsCancelled(t *testing.T) {
	h := newHost(t)
	ctx, cancel := context.WithCancelCause(context.Background())
	h.l.SetGlobal("interrupt", h.l.NewFunction(func(L *lua.LState) int { cancel(errStop); return 0 }))
	err := h.Run(ctx, h.compile(`
		defer(function() wait() log("main") end)
		own("thing")
		for i = 1, 3 do spawn(function() defer(function() wait() log("task") end) while true do pcall(forever) end end) end
		wait()
		interrupt()
		while true do pcall(wait) end`))
	if !errors.Is(err, errStop) {
		t.Fatalf("got %v", err)
	}
	h.logged("task", "task", "task", "main", "release thing")
}

func TestExit(t *testing.T) {
	for _, code := range []string{
		`os.exit(3)`, `pcall(os.exit, 3)`, `spawn(function() wait() os.exit(3) end) forever()`,
		`coroutine.wrap(function() os.exit(3) end)()`, `scope(function() defer(function() os.exit(3) end) end) wait()`,
		`defer(function() os.exit(3) end)`, `defer(function() os.exit(3) end) error("x")`,
	} {
		h := newHost(t)
		err := h.run(`defer(function() wait() log("clean") end) ` + code)
		var exit *ExitError
		if !errors.As(err, &exit) || exit.Code != 3 {
			t.Fatalf("%s: got %v", code, err)
		}
		h.logged("clean")
	}
	newHost(t).ok(`os.exit(0)`)
	newHost(t).ok(`os.exit(true)`)
}

func TestErrorsTellTheWay(t *testing.T) {
	h := newHost(t)
	e := h.fails("script", "deep", `
local function inner() error("deep") end
local function outer() coroutine.wrap(function() inner() end)() end
scope(function()
	spawn(function() wait() outer() end)
end)`)
	if e.Where != "t.lua:2" {
		t.Errorf("where is %q", e.Where)
	}
	for _, want := range []string{"t.lua:2 in function inner", "t.lua:3", "in task 1, spawned at t.lua:5", "t.lua:4"} {
		if !strings.Contains(e.Traceback, want) {
			t.Errorf("the traceback has no %q:\n%s", want, e.Traceback)
		}
	}
}

func TestHostPanicIsAScriptError(t *testing.T) {
	h := newHost(t)
	e := h.fails("script", "the host failed: invalid memory address", `wait() crash()`)
	if e.Where != "t.lua:1" {
		t.Errorf("where is %q", e.Where)
	}
	h = newHostWith(t, Config{Debug: true})
	if e = h.fails("script", "the host failed", `crash()`); !strings.Contains(e.Traceback, "goroutine") {
		t.Errorf("no Go stack in %s", e.Traceback)
	}
	newHost(t).ok(`local ok, e = pcall(crash) assert(not ok and e.kind == "script") wait()`)
}

func TestAwait(t *testing.T) {
	newHost(t).ok(`assert(await() == 7)`)
	h := newHost(t)
	h.ok(`local v, e = try(await, 0.001, true) assert(e.kind == "timeout", tostring(e)) sleep(0.01)`)
	h.logged("late")
	h = newHost(t)
	h.ok(`local k = spawn(function() await(-1, true) end) wait() cancel(k) pcall(join, k)`)
	h.logged("late")
}

func TestDeadlock(t *testing.T) {
	h := newHost(t)
	e := h.fails("script", "deadlock", "\nstuck()")
	if e.Where != "t.lua:2" {
		t.Errorf("where is %q", e.Where)
	}
	e = h.fails("script", "waiting for each other", `local c = channel()
		local k = spawn(function()
			recv(c)
		end)
		join(k)`)
	for _, want := range []string{"t.lua:3 in recv", "main at t.lua:5 in join"} {
		if !strings.Contains(e.Message, want) {
			t.Errorf("no %q in %s", want, e.Message)
		}
	}
	h.ok(`local v, e = try(stuck) assert(e.message:find("deadlock")) wait() sleep(0.001)`)
	h.ok(`local c = channel() spawn(function() sleep(0.001) send(c, 1) end) assert(recv(c) == 1)`)
}

func TestSleepInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		began := time.Now()
		h.ok(`for i = 1, 3600 do pcall(sleep, 1) end local order = {}
			for i = 3, 1, -1 do spawn(function() sleep(i) log(i) end) end`)
		if d := time.Since(began); d < 3603*time.Second || d > 3604*time.Second {
			t.Fatalf("%v have passed", d)
		}
		h.logged("1", "2", "3")
	})
}
