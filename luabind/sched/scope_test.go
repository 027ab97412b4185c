package sched

import (
	"strings"
	"testing"
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
