package sched

import (
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// TestPlaceIsTheMachinesOwn: the short way to the line of the script finds what the machine's own finds, without garbage.
func TestPlaceIsTheMachinesOwn(t *testing.T) {
	if !frames.known {
		t.Fatal("this gopher-lua keeps its frames in another way")
	}
	h := newHost(t)
	looked := 0
	h.l.SetGlobal("look", h.l.NewFunction(func(L *lua.LState) int {
		looked++
		if short, long := PlaceOf(L), placeBySearch(L); short != long || short == (Place{}) {
			t.Errorf("%v, not %v", short, long)
		}
		if n := testing.AllocsPerRun(10, func() { PlaceOf(L) }); n > 0 {
			t.Errorf("%v allocations", n)
		}
		return 0
	}))
	h.ok(`
look()
local function deep(n) if n > 0 then deep(n - 1) else look() end end
deep(20)
local function tail(n) if n > 0 then return tail(n - 1) end look() end
tail(20)
pcall(look)
table.sort({1, 2}, function(a, b) look() return a < b end)
coroutine.wrap(function() look() coroutine.yield() end)()
local t = setmetatable({}, {__index = function() look() return 1 end})
local _ = t.x`)
	if looked < 7 {
		t.Errorf("looked %d times", looked)
	}
	if p := PlaceOf(h.l); p.String() != "" {
		t.Errorf("%v outside of a script", p)
	}
}
