package sched

import (
	"fmt"
	"testing"
)

// places are where a script may wait; X is the wait.
var places = map[string]string{
	"plain":            `X()`,
	"tail call":        `local function f() return X() end f()`,
	"loadstring":       `loadstring("local X = ... X()")(X)`,
	"pcall":            `local ok, e = pcall(X) if not ok then error(e, 0) end`,
	"xpcall body":      `local ok, e = xpcall(X, function(e) return e end) if not ok then error(e, 0) end`,
	"xpcall handler":   `local ok, e = xpcall(error, function() X() return "fine" end) if e ~= "fine" then error(e, 0) end`,
	"try":              `local _, e = try(X) if e then error(e) end`,
	"__index":          `local t = setmetatable({}, {__index = function() X() return 1 end}) local _ = t.a`,
	"__newindex":       `local t = setmetatable({}, {__newindex = function() X() end}) t.a = 1`,
	"__add":            `local t = setmetatable({}, {__add = function() X() return 1 end}) local _ = t + 1`,
	"__lt":             `local m = {__lt = function() X() return true end} local _ = setmetatable({}, m) < setmetatable({}, m)`,
	"__eq":             `local m = {__eq = function() X() return true end} local _ = setmetatable({}, m) == setmetatable({}, m)`,
	"__concat":         `local t = setmetatable({}, {__concat = function() X() return "" end}) local _ = t .. "x"`,
	"__call":           `setmetatable({}, {__call = function() X() end})()`,
	"__tostring":       `tostring(setmetatable({}, {__tostring = function() X() return "s" end}))`,
	"__len":            `local t = setmetatable({}, {__len = function() X() return 1 end}) local _ = #t`,
	"table.sort":       `local t = {3, 2, 1} table.sort(t, function(a, b) X() return a < b end)`,
	"string.gsub":      `string.gsub("abc", ".", function() X() return "z" end)`,
	"iterator":         `for i in function(_, i) X() if not i then return 1 end end do end`,
	"pairs body":       `for k in pairs({1, 2}) do X() end`,
	"wrap":             `coroutine.wrap(function() X() end)()`,
	"wrap in wrap":     `coroutine.wrap(function() coroutine.wrap(function() X() end)() end)()`,
	"resume":           `local co = coroutine.create(function() X() end) local ok, e = coroutine.resume(co) if not ok then error(e, 0) end`,
	"sort in wrap":     `coroutine.wrap(function() local t = {3, 2, 1} table.sort(t, function(a, b) X() return a < b end) end)()`,
	"yield over pcall": `local f = coroutine.wrap(function() local ok, e = pcall(function() X() coroutine.yield(1) X() end) if not ok then error(e, 0) end return 2 end) assert(f() == 1) assert(f() == 2)`,
	"scope":            `scope(function() X() end)`,
	"scope in wrap":    `coroutine.wrap(function() scope(function() X() end) end)()`,
	"timeout":          `timeout(1000, X)`,
	"joined task":      `join(spawn(X))`,
	"unjoined task":    `scope(function() spawn(X) end)`,
	"defer":            `scope(function() defer(X) end)`,
}

func TestWaitAnywhere(t *testing.T) {
	for name, code := range places {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			h.ok(fmt.Sprintf(`
				local done, caught, X = 0, 0, wait
				for n = 1, 20 do
					spawn(function()
						for i = 1, 10 do
							local mine = n * 100 + i
							%s
							assert(mine == n * 100 + i)
						end
						done = done + 1
					end)
				end
				while done < 20 do wait() end
				assert(done == 20)`, code))
		})
	}
}

func TestErrorAfterWait(t *testing.T) {
	for name, code := range places {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			h.fails("script", "boom", `local X = function() wait() error("boom") end `+code)
			if name == "joined task" {
				return // its failure is that of the script
			}
			h.ok(`
				local n = 0
				local X = function() wait() n = n + 1 error("boom", 0) end
				local ok, e = pcall(function() ` + code + ` end)
				assert(not ok and tostring(e):find("boom"), tostring(e))
				assert(n >= 1)`)
		})
	}
}

func TestCancelDuringWait(t *testing.T) {
	for name, code := range places {
		if name == "defer" {
			continue // shielded: TestDeferShield
		}
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			h.ok(`
				local cleaned, rounds = 0, 0
				local victim = spawn(function()
					defer(function() wait() cleaned = cleaned + 1 end)
					local X = forever
					while true do
						rounds = rounds + 1
						pcall(function() ` + code + ` end)
					end
				end)
				wait()
				wait()
				cancel(victim, "enough")
				local ok, e = pcall(join, victim)
				assert(not ok and e.kind == "cancelled", tostring(e))
				assert(tostring(e):find("enough"), tostring(e))
				assert(cleaned == 1, "cleaned " .. cleaned)
				assert(rounds == 1, "rounds " .. rounds)
				assert(status(victim) == "cancelled")`)
		})
	}
}

// loops never wait; without preemption each would stop everything.
var loops = map[string]string{
	"while":           `while true do end`,
	"repeat":          `repeat until false`,
	"for":             `for i = 1, math.huge do end`,
	"tail recursion":  `local function f() return f() end f()`,
	"goto":            `::a:: goto a`,
	"pcall in while":  `while true do pcall(function() while true do end end) end`,
	"pcall error":     `while true do pcall(error) end`,
	"wrap":            `coroutine.wrap(function() while true do end end)()`,
	"yields":          `local f = coroutine.wrap(function() while true do coroutine.yield() end end) while true do f() end`,
	"stubborn yields": `local f = coroutine.wrap(function() while true do pcall(coroutine.yield) end end) while true do pcall(f) end`,
	"metamethod":      `local _ = setmetatable({}, {__index = function() while true do end end}).x`,
	"sort":            `table.sort({3, 2, 1}, function() while true do end end)`,
	"generic for":     `local t = {1, 2, 3} while true do for k in pairs(t) do end end`,
	"pattern":         `string.find(("a"):rep(60000), ".-.-.-b")`,
	"gsub":            `string.gsub(("a"):rep(60000), ".-.-.-b", "")`,
	"sort compares":   `local t = {} for i = 1, 2e5 do t[i] = -i end while true do table.sort(t) t[1], t[9] = t[9], t[1] end`,
	"xpcall handler":  `while true do xpcall(error, function() while true do end end) end`,
	"busy with try":   `while true do try(function() while true do end end) end`,
}

func TestBusyLoopMakesRoom(t *testing.T) {
	for name, code := range loops {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			h.ok(`
				local hog = spawn(function() ` + code + ` end)
				for i = 1, 30 do wait() end
				cancel(hog)
				local ok, e = pcall(join, hog)
				assert(not ok and e.kind == "cancelled", tostring(e))`)
			if h.Preemptions() == 0 {
				t.Fatal("it was never preempted")
			}
		})
	}
}
