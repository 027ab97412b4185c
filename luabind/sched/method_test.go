package sched

import (
	"fmt"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// account makes a userdata with methods and fields, and counts what its __index is asked.
func (h *host) account() (asked map[string]int) {
	asked = map[string]int{}
	mt := h.l.NewTable()
	methods := h.l.SetFuncs(h.l.NewTable(), map[string]lua.LGFunction{
		"self": func(L *lua.LState) int { L.SetTop(1); return 1 },
		"add":  func(L *lua.LState) int { L.Push(L.CheckNumber(2) + L.CheckNumber(3)); return 1 },
	})
	mt.RawSetString(Methods, methods)
	mt.RawSetString("__index", h.l.NewFunction(func(L *lua.LState) int {
		name := L.CheckString(2)
		asked[name]++
		if method := methods.RawGetString(name); method != lua.LNil {
			L.Push(method)
		} else {
			L.Push(lua.LString("field " + name))
		}
		return 1
	}))
	h.l.SetGlobal("u", &lua.LUserData{Metatable: mt})
	return asked
}

func TestMethodsAreFoundWithoutIndex(t *testing.T) {
	h := newHost(t)
	asked := h.account()
	h.ok(`
		assert(u:self() == u and u:self():self() == u)
		assert(u:add(u:add(1, 2), u:self():add(3, 4)) == 10)
		local v, w = u, nil
		local function deep(x) return x:add(20, 22), "behind" end
		assert(select("#", deep(v)) == 2 and deep(v) == 42)
		v = v:self():self()
		assert(v == u and w == nil)
		local t = { u:add(1, 1), u:add(2, 2), u:add(3, 3) }
		assert(t[1] == 2 and t[2] == 4 and t[3] == 6)
		local thread = coroutine.wrap(function(x) return x:add(5, 6) end)
		assert(thread(u) == 11)`)
	if len(asked) > 0 {
		t.Errorf("__index was asked for %v", asked)
	}
}

func TestFieldsAreLeftToIndex(t *testing.T) {
	h := newHost(t)
	asked := h.account()
	h.ok(`
		assert(u.name == "field name" and u.add ~= nil)
		local ok, err = pcall(function() u:nothing() end)
		assert(not ok and tostring(err):find("nothing"), err)
		local s = "text"
		assert(s:upper() == "TEXT" and ({ add = function(_, a) return a end }):add(7) == 7)
		ok = pcall(function() local n; n:add(1) end)
		assert(not ok)`)
	if asked["name"] != 1 || asked["add"] != 1 || asked["nothing"] == 0 {
		t.Errorf("__index was asked for %v", asked)
	}
}

// A method whose name is none of the first 256 constants is in a register.
func TestMethodsBehindManyConstants(t *testing.T) {
	h := newHost(t)
	h.account()
	var code strings.Builder
	code.WriteString("local sum = 0\n")
	for n := range 300 {
		fmt.Fprintf(&code, "sum = sum + %d.5\n", n)
	}
	code.WriteString("assert(u:add(1, sum) > 1)")
	h.ok(code.String())
}
