package sched

import (
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// TestAside: what a task puts aside runs for it at once, raises in it, and leaves it where it was, coroutines and all.
func TestAside(t *testing.T) {
	h := newHost(t)
	ran := 0
	h.l.SetGlobal("aside", h.l.NewFunction(func(L *lua.LState) int {
		h.Aside(L, func() { ran += L.CheckInt(1) })
		L.Push(lua.LNumber(ran))
		return 1
	}))
	h.ok(`assert(aside(1) == 1)
		local f = coroutine.wrap(function() coroutine.yield(aside(2)) end)
		assert(f() == 3)
		local ok, err = pcall(aside, "x")
		assert(not ok and tostring(err):find("number expected"), err)
		assert(aside(4) == 7)`)
}
