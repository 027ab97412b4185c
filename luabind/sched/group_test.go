package sched

import (
	"testing"
)

func TestGroups(t *testing.T) {
	for name, code := range map[string]string{
		"all, same keys":      `local r = all{x = function() wait() return 1 end, function() return 2 end} assert(r.x == 1 and r[1] == 2)`,
		"all of nothing":      `assert(next(all{}) == nil)`,
		"all with tasks":      `local k = spawn(function() wait() return 3 end) assert(all{k, function() return 4 end}[1] == 3)`,
		"all fails":           `local k = spawn(forever) local ok, e = pcall(all, {k, function() wait() error("bad", 0) end, forever}) assert(not ok and e == "bad") assert(pcall(join, k) == false)`,
		"any":                 `local v, k = any{a = forever, b = function() wait() return 9 end, c = function() error("x") end} assert(v == 9 and k == "b")`,
		"any fails":           `local ok, e = pcall(any, {function() error("one") end, function() wait() wait() error("two") end}) assert(not ok and tostring(e):find("all 2 failed:.*one.*two"), tostring(e))`,
		"race":                `local v, k = race{function() sleep(0.05) end, function() return 5 end} assert(v == 5 and k == 2)`,
		"race fails":          `local ok, e = pcall(race, {forever, function() error("bad", 0) end}) assert(not ok and e == "bad")`,
		"settle":              `local r = settle{a = function() return 1 end, b = function() error("bad", 0) end} assert(r.a.ok and r.a.value == 1 and not r.b.ok and r.b.error.message == "bad")`,
		"settle of cancelled": `local k = spawn(forever) cancel(k) local r = settle{k} assert(r[1].error.kind == "cancelled")`,
		"wrong entries":       `local ok, e = pcall(all, {5}) assert(e.kind == "usage")`,
		"empty race":          `local ok, e = pcall(race, {}) assert(e.kind == "usage")`,
		"losers that were tasks": `
			local cleaned = 0
			local function slow() defer(function() wait() cleaned = cleaned + 1 end) forever() end
			for n, call in ipairs{race, any} do
				local k = spawn(slow) wait()
				assert(call{k, nop} == nil and status(k) == "cancelled" and cleaned == n)
			end
			local k = spawn(slow) wait()
			assert(not pcall(all, {k, function() error("bad") end}) and status(k) == "cancelled" and cleaned == 3)`,
		"a loser that is oneself": `local k k = spawn(function() race{k, nop} end) local ok, e = pcall(join, k) assert(not ok and e.kind == "cancelled")`,
		"losers of each other": `
			local a, b
			a = spawn(function() wait() race{b, nop} end)
			b = spawn(function() wait() race{a, nop} end)
			local r = settle{a, b}
			assert(not r[1].ok or not r[2].ok)`,
		"losers have ended": `local cleaned race{function() defer(function() wait() cleaned = true end) forever() end, nop} assert(cleaned)`,
	} {
		t.Run(name, func(t *testing.T) { newHost(t).ok(code) })
	}
}
