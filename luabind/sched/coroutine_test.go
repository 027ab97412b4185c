package sched

import (
	"runtime"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
)

func TestCoroutines(t *testing.T) {
	pass(t, map[string]string{
		"values both ways": `
			local co = coroutine.create(function(a, b)
				local c = coroutine.yield(a + b)
				local d, e = coroutine.yield(c * 2)
				return d + e
			end)
			local ok, v = coroutine.resume(co, 1, 2) assert(ok and v == 3)
			ok, v = coroutine.resume(co, 10) assert(ok and v == 20)
			ok, v = coroutine.resume(co, 3, 4) assert(ok and v == 7)
			assert(coroutine.status(co) == "dead")
			ok, v = coroutine.resume(co) assert(not ok and v == "cannot resume dead coroutine", v)`,
		"status and running": `
			assert(coroutine.running() == nil)
			local co
			co = coroutine.create(function()
				assert(coroutine.running() == co)
				assert(coroutine.status(co) == "running")
				coroutine.wrap(function() assert(coroutine.status(co) == "normal") end)()
				wait()
				assert(coroutine.running() == co)
				coroutine.yield()
			end)
			assert(coroutine.status(co) == "suspended" and type(co) == "thread")
			assert(coroutine.resume(co))
			assert(coroutine.running() == nil)
			assert(coroutine.status(co) == "suspended")`,
		"errors": `
			local co = coroutine.create(function() error({1}) end)
			local ok, e = coroutine.resume(co) assert(not ok and e[1] == 1 and coroutine.status(co) == "dead")
			ok, e = pcall(coroutine.wrap(function() error("x", 0) end)) assert(e == "x")
			ok, e = pcall(coroutine.yield) assert(not ok and e:find("outside"))
			assert(coroutine.running() == nil)`,
		"generators and pcall": `
			local got = {}
			for v in coroutine.wrap(function() for i = 1, 3 do pcall(function() coroutine.yield(i) error("x") end) end end) do got[#got + 1] = v end
			assert(#got == 3)`,
		"yield in a metamethod and in sort": `
			local f = coroutine.wrap(function()
				local _ = setmetatable({}, {__index = function() coroutine.yield("meta") end}).x
				table.sort({2, 1}, function(a, b) coroutine.yield("sort") return a < b end)
			end)
			assert(f() == "meta" and f() == "sort")`,
		"nil values": `local f = coroutine.wrap(function(...) return select("#", ...), ... end) local n, a, b = f(nil, nil) assert(n == 2)`,
	})
}

func TestCoroutinesAndTasks(t *testing.T) {
	pass(t, map[string]string{
		"resume itself": `
			local co co = coroutine.create(function() return coroutine.resume(co) end)
			local ok, inner, e = coroutine.resume(co) assert(ok and not inner and e:find("running"))`,
		"resumed by another task": `
			local f = coroutine.wrap(function() for i = 1, 3 do wait() coroutine.yield(i) end end)
			assert(f() == 1)
			assert(join(spawn(function() return f() end)) == 2)
			assert(f() == 3)`,
		"waits in one task, resumed by another": `
			local co = coroutine.create(function() sleep(0.005) return 1 end)
			local k = spawn(function() return coroutine.resume(co) end)
			switch()
			local ok, e = coroutine.resume(co)
			assert(not ok and e:find("cannot resume"), e)
			assert(join(k))`,
		"nesting has a limit": `
			local function f() return coroutine.wrap(f)() end
			local ok, e = pcall(f)
			assert(not ok and tostring(e):find("nested too deep"), tostring(e))`,
		"many at once": `
			local all = {}
			for i = 1, 300 do all[i] = coroutine.wrap(function() for j = 1, 5 do coroutine.yield(i * j) end end) end
			for j = 1, 5 do for i = 1, 300 do assert(all[i]() == i * j) end end`,
	})
}

// begun counts the coroutines that have begun and not ended.
func (s *Scheduler) begun() (n int) {
	for c := s.coroutines.first; c != nil; c = c.next {
		n++
	}
	return n
}

func TestDroppedCoroutinesAreReclaimed(t *testing.T) {
	for name, generator := range map[string]string{
		"plain":    `for j = 1, 10 do coroutine.yield(j) end`,
		"stubborn": `while true do pcall(coroutine.yield, 1) end`,
		"waiting":  `pcall(function() coroutine.yield(1) end) while true do pcall(forever) end`,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			h.l.SetGlobal("collect", h.l.NewFunction(h.collect))
			h.ok(`
				for i = 1, 500 do
					for v in coroutine.wrap(function() ` + generator + ` end) do break end
				end
				assert(collect() < 50)`)
		})
	}
}

// collect has the garbage collector run until few coroutines are left, or some time has passed.
func (h *host) collect(L *lua.LState) int {
	for i := 0; i < 200 && h.begun() >= 50; i++ {
		runtime.GC()
		Sleep(L, time.Millisecond)
	}
	L.Push(lua.LNumber(h.begun()))
	return 1
}

func TestSuspendedCoroutinesEndWithTheRun(t *testing.T) {
	h := newHost(t)
	h.ok(`kept = {} for i = 1, 50 do kept[i] = coroutine.create(function() while true do pcall(coroutine.yield) end end) coroutine.resume(kept[i]) end`)
	if n := h.begun(); n != 0 {
		t.Fatalf("%d are left", n)
	}
	h.ok(`for _, co in ipairs(kept) do assert(coroutine.status(co) == "dead") end`)
}
