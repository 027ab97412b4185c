package sched

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

func TestScopes(t *testing.T) {
	pass(t, map[string]string{
		"results pass": `local a, b, c = scope(function(s) return 1, nil, 3 end) assert(a == 1 and b == nil and c == 3)`,
		"waits for tasks": `
			local n = 0
			scope(function() for i = 1, 5 do spawn(function() wait() wait() n = n + 1 end) end end)
			assert(n == 5)`,
		"first error cancels the rest": `
			local rest
			local ok, e = pcall(scope, function()
				rest = spawn(forever)
				spawn(function() wait() error("bad", 0) end)
				forever()
			end)
			assert(not ok and e == "bad", tostring(e))
			assert(status(rest) == "cancelled")`,
		"tables are raised unchanged": `
			local mine = {code = 7}
			local ok, e = pcall(scope, function() spawn(function() error(mine) end) forever() end)
			assert(not ok and e == mine)`,
		"an error cancels at once, joined or not": `
			local seen
			local ok, e = pcall(scope, function()
				spawn(function() error("early", 0) end)
				local ok, e = pcall(wait) -- not caught here
				seen = true
			end)
			assert(not ok and e == "early" and not seen)`,
		"try inside the task keeps it alive": `
			scope(function() spawn(function() local v, e = try(error, "x") assert(v == nil and e.kind == "script" and e.message == "x") end) end)`,
		"a task in a scope that is over": `
			local keep
			scope(function(s) keep = s end)
			local k = spawn(nop, keep)
			local ok, e = pcall(join, k)
			assert(not ok and e.kind == "cancelled", tostring(e))`,
		"spawn into an outer scope": `
			local k
			scope(function(s) scope(function() k = spawn(function() wait() return 5 end, s) end) assert(join(k) == 5) end)`,
	})
}

func TestScopesAndCoroutines(t *testing.T) {
	pass(t, map[string]string{
		"coroutine.yield out of a scope": `
			local f = coroutine.wrap(function() scope(function() coroutine.yield(1) end) end)
			local ok, e = pcall(f)
			assert(not ok and e.kind == "usage", tostring(e))`,
		"coroutine.yield inside a scope around it": `
			scope(function() local f = coroutine.wrap(function() coroutine.yield(1) end) assert(f() == 1) end)`,
		"errors keep locals and closures together": `
			local n = 0
			local function add() n = n + 1 end
			pcall(error, "x") add()
			pcall(scope, function() error("x") end) add()
			try(error, "x") add()
			xpcall(error, function() end) add()
			pcall(coroutine.wrap(function() error("x") end)) add()
			assert(n == 5, n)
			local keep
			pcall(function() local a, b = 1, 2 keep = function() return a, b end error("x") end)
			local function fill(...) local q, r, s, t, u, v = 9, 9, 9, 9, 9, 9 return q end
			fill(fill(1, 2, 3), fill(4))
			local a, b = keep()
			assert(a == 1 and b == 2)`,
	})
}

func TestScopesCancelled(t *testing.T) {
	pass(t, map[string]string{
		"cancel of the scope is an error outside": `
			local ok, e = pcall(scope, function(s) cancelscope(s) wait() error("not reached") end)
			assert(not ok and e.kind == "cancelled", tostring(e))`,
		"cancel of the tasks lets the body go on": `
			local v = scope(function(s) local k = spawn(forever) cancelchildren(s) return "fine" end)
			assert(v == "fine")`,
		"the outermost wins": `
			local ok, e = pcall(scope, function(outer)
				pcall(scope, function(inner)
					spawn(function() cancelscope(inner) cancelscope(outer) end, outer)
					forever()
				end)
				error("not reached")
			end)
			assert(not ok and e.kind == "cancelled")`,
	})
}

func TestScopesTimedOut(t *testing.T) {
	pass(t, map[string]string{
		"inner timeout can be caught": `
			local ok, e = pcall(timeout, 0.001, forever)
			assert(not ok and e.kind == "timeout" and e.retryable, tostring(e))
			wait()`,
		"inner timeout caught inside a scope that goes on": `
			local n = 0
			scope(function() for i = 1, 3 do local v, e = try(timeout, 0.001, forever) assert(e.kind == "timeout") n = n + 1 end end)
			assert(n == 3)`,
		"outer timeout goes through an inner pcall": `
			local after
			local ok, e = pcall(timeout, 0.001, function() while true do pcall(timeout, 100, forever) after = true wait() after = 2 end end)
			assert(not ok and e.kind == "timeout")
			assert(after == nil, tostring(after))`,
		"timeout of a busy loop": `local ok, e = pcall(timeout, 0.005, function() while true do end end) assert(not ok and e.kind == "timeout")`,
		"timeout of its tasks": `
			local k
			local ok, e = pcall(timeout, 0.001, function() k = spawn(forever) end)
			assert(not ok and e.kind == "timeout" and status(k) == "cancelled")`,
		"a zero timeout": `local ok, e = pcall(timeout, -1, wait) assert(not ok and e.kind == "timeout")`,
	})
}

func TestJoinAndCancel(t *testing.T) {
	pass(t, map[string]string{
		"join gives all results":          `local a, b = join(spawn(function() return 1, 2 end)) assert(a == 1 and b == 2)`,
		"join with a limit":               `local ok, e = pcall(join, spawn(function() sleep(0.05) end), 0.001) assert(not ok and e.kind == "timeout")`,
		"join of oneself":                 `local me me = spawn(function() local ok, e = pcall(join, me) assert(e.kind == "usage") end) join(me)`,
		"cancel before the first turn":    `local ran local k = spawn(function() ran = true end) cancel(k) local ok, e = pcall(join, k) assert(not ok and not ran)`,
		"cancel twice, and after the end": `local k = spawn(nop) join(k) cancel(k) cancel(k) assert(status(k) == "done")`,
		"an own cancel is noticed by a loop": `
			local k k = spawn(function() cancel(k) while true do end end)
			assert(not pcall(join, k))`,
	})
}

func TestDefer(t *testing.T) {
	for name, c := range map[string]struct {
		code string
		log  string
	}{
		"last first": {`scope(function() defer(function() log("a") end) defer(function() log("b") end) log("body") end) log("after")`, "body|b|a|after"},
		"on error":   {`pcall(scope, function() defer(function() wait() log("a") end) error("x") end) log("after")`, "a|after"},
		"on cancel, through pcall": {`
			local k = spawn(function() defer(function() wait() pcall(error) wait() log("clean") end) while true do pcall(forever) end end)
			wait() cancel(k) pcall(join, k) log("after")`, "clean|after"},
		"shielded from an outer cancel": {`
			local k = spawn(function() scope(function() defer(function() log("one") sleep(0.01) log("two") end) end) end)
			wait() sleep(0.001) cancel(k) pcall(join, k) log("after")`, "one|two|after"},
		"children first, then defers, then resources": {`
			scope(function()
				own("thing")
				defer(function() log("defer") end)
				spawn(function() wait() log("child") end)
			end)`, "child|defer|release thing"},
		"an error of a deferred function": {`
			local ok, e = pcall(scope, function() defer(function() log("a") end) defer(function() error("late", 0) end) end)
			log(e)`, "a|late"},
		"the first error wins": {`
			local ok, e = pcall(scope, function() defer(function() error("late", 0) end) error("early", 0) end)
			log(e)`, "early"},
		"a defer in a defer":   {`scope(function() defer(function() defer(function() log("inner") end) log("outer") end) end)`, "outer|inner"},
		"of the script itself": {`defer(function() wait() log("end") end) own("x") log("main")`, "main|end|release x"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			h.ok(c.code)
			h.logged(strings.Split(c.log, "|")...)
		})
	}
}

// TestDeferredErrorsAreTold: what another error hides reaches the host.
func TestDeferredErrorsAreTold(t *testing.T) {
	for code, want := range map[string]string{
		`pcall(scope, function() defer(function() error("late", 0) end) error("early", 0) end)`:                                "late",
		`pcall(scope, function() defer(function() error("second", 0) end) defer(function() error("first", 0) end) end)`:        "second",
		`scope(function() local k = spawn(function() defer(function() error("x", 0) end) forever() end) wait() cancel(k) end)`: "x",
		`pcall(scope, function() local e = {} defer(function() error(e) end) error(e) end)`:                                    "",
		`pcall(scope, function() defer(function() error("alone", 0) end) end)`:                                                 "",
		`pcall(scope, function() defer(function() pcall(error, "caught") end) error("early", 0) end)`:                          "",
		`pcall(scope, function() defer(function() os.exit(0) end) error("early", 0) end)`:                                      "",
	} {
		var told []string
		h := newHostWith(t, Config{Unraised: func(e *luavalue.Error) { told = append(told, e.Message) }})
		h.ok(code)
		if got := strings.Join(told, "|"); got != want {
			t.Errorf("%s: told of %q, want %q", code, got, want)
		}
	}
}

func TestGraceIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHostWith(t, Config{Grace: 2 * time.Second})
		h.ok(`
			local began = now()
			local ok, e = pcall(scope, function()
				own("slow", true)
				defer(function() log("first") end)
				defer(function() while true do pcall(forever) end end)
			end)
			assert(not ok and e.kind == "timeout", tostring(e))
			assert(now() - began < 2.1, now() - began)`)
		h.logged("first", "release slow")
	})
}

func TestOwnership(t *testing.T) {
	for name, c := range map[string]struct{ code, log string }{
		"scope returns it":     {`local x = scope(function() return own("a") end) log("kept") assert(not released(x))`, "kept|release a"},
		"in a table it ends":   {`local x = scope(function() return {own("a")} end) assert(released(x[1])) log("gone")`, "release a|gone"},
		"join receives it":     {`scope(function(s) local x = join(spawn(function() return own("a") end)) log("got") end) log("out")`, "got|release a|out"},
		"not joined":           {`scope(function() local k = spawn(function() return own("a") end) end) log("out")`, "release a|out"},
		"joined further in":    {`local k = spawn(function() return own("a") end) scope(function() join(k) log("in") end) log("out")`, "in|release a|out"},
		"timeout returns it":   {`local x = timeout(10, function() return own("a"), own("b") end) log("kept")`, "kept|release a|release b"},
		"a failed scope":       {`pcall(scope, function() own("a") error("x") end) log("out")`, "release a|out"},
		"any keeps the winner": {`local x = any{function() wait() return own("w") end, function() own("l") forever() end} log("out")`, "release l|out|release w"},
		"all keeps all":        {`local x = all{a = function() return own("a") end, b = function() return own("b") end} log("out") assert(not released(x.a))`, "out|release a|release b"},
		"settle keeps them":    {`local x = settle{function() return own("a") end, function() own("b") error("x") end} log("out")`, "release b|out|release a"},
		"race keeps the first": {`local x = race{function() return own("a") end, function() own("b") forever() end} log("out")`, "release b|out|release a"},
		"of a cancelled task":  {`local k = spawn(function() own("a") forever() end) wait() cancel(k) pcall(join, k) log("out")`, "release a|out"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			h.ok(c.code)
			got := strings.Join(h.log, "|")
			if got != c.log && got != swapLast(c.log) {
				t.Fatalf("got %s, want %s", got, c.log)
			}
			for _, th := range h.things {
				if h.OwnerOf(th) != nil {
					t.Fatalf("%s is owned still", th.name)
				}
			}
		})
	}
}

// swapLast exchanges the last two entries: two tasks may begin in either order.
func swapLast(log string) string {
	parts := strings.Split(log, "|")
	if n := len(parts); n > 1 {
		parts[n-1], parts[n-2] = parts[n-2], parts[n-1]
	}
	return strings.Join(parts, "|")
}

func TestGroups(t *testing.T) {
	for name, code := range map[string]string{
		"all, same keys":      `local r = all{x = function() wait() return 1 end, function() return 2 end} assert(r.x == 1 and r[1] == 2)`,
		"all of nothing":      `assert(next(all{}) == nil)`,
		"all with tasks":      `local k = spawn(function() wait() return 3 end) assert(all{k, function() return 4 end}[1] == 3)`,
		"all fails":           `local k = spawn(forever) local ok, e = pcall(all, {k, function() wait() error("bad", 0) end, forever}) assert(not ok and e == "bad") assert(pcall(join, k) == false)`,
		"any":                 `local v, k = any{a = forever, b = function() wait() return 9 end, c = function() error("x") end} assert(v == 9 and k == "b")`,
		"any fails":           `local ok, e = pcall(any, {function() error("one") end, function() wait() wait() error("two") end}) assert(not ok and tostring(e):find("two.*one"), tostring(e))`,
		"race":                `local v, k = race{function() sleep(0.05) end, function() return 5 end} assert(v == 5 and k == 2)`,
		"race fails":          `local ok, e = pcall(race, {forever, function() error("bad", 0) end}) assert(not ok and e == "bad")`,
		"settle":              `local r = settle{a = function() return 1 end, b = function() error("bad", 0) end} assert(r.a.ok and r.a.value == 1 and not r.b.ok and r.b.error.message == "bad")`,
		"settle of cancelled": `local k = spawn(forever) cancel(k) local r = settle{k} assert(r[1].error.kind == "cancelled")`,
		"wrong entries":       `local ok, e = pcall(all, {5}) assert(e.kind == "usage")`,
		"empty race":          `local ok, e = pcall(race, {}) assert(e.kind == "usage")`,
		"losers have ended":   `local cleaned race{function() defer(function() wait() cleaned = true end) forever() end, nop} assert(cleaned)`,
	} {
		t.Run(name, func(t *testing.T) { newHost(t).ok(code) })
	}
}

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
