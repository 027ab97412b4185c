package sched

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
	"go.uber.org/goleak"
)

// long is a source that is compiled on a goroutine of its own.
var long = "local a = 0\n" + strings.Repeat("a = a + 1\n", longSource/10) + "return a"

func TestLongSources(t *testing.T) {
	h := newHost(t)
	h.l.SetGlobal("source", h.l.NewFunction(func(L *lua.LState) int { L.Push(lua.LString(long)); return 1 }))
	h.ok(`assert(loadstring(source())() == 6553)`)
	h.ok(`assert(select(2, loadstring(source() .. " oops")):find("syntax error"))`)
	fn, err := h.CompileUntil(t.Context(), long, "long")
	if err != nil || fn == nil {
		t.Fatal(err)
	}
}

// While a long source is compiled others have their turns, and one of them may end the wait.
func TestCompilingCanBeLeft(t *testing.T) {
	h := newHost(t)
	h.l.SetGlobal("source", h.l.NewFunction(func(L *lua.LState) int { L.Push(lua.LString(long)); return 1 }))
	h.fails("cancelled", "enough", `
		local t = spawn(function() loadstring(source()) error("not left") end)
		switch() cancel(t, "enough") join(t)`)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	cancel(why)
	if _, err := h.CompileUntil(ctx, long, "long"); err != why {
		t.Errorf("got %v", err)
	}
	for goleak.Find() != nil { // what was left is compiled for nobody, and ends
	}
}

// What is nested so deep that the compiler's own stack would end the process is refused.
func TestDeepSources(t *testing.T) {
	h := newHost(t)
	for name, code := range map[string]func(n int) string{
		"sum":       func(n int) string { return "local a = 1 return a" + strings.Repeat(" + a", n) },
		"and":       func(n int) string { return "local a = 1 return a" + strings.Repeat(" and a", n) },
		"calls":     func(n int) string { return "local f return f" + strings.Repeat("()", n) },
		"fields":    func(n int) string { return "local t return t" + strings.Repeat(".a", n) },
		"tables":    func(n int) string { return "return " + strings.Repeat("{", n) + strings.Repeat("}", n) },
		"blocks":    func(n int) string { return strings.Repeat("do ", n) + strings.Repeat("end ", n) },
		"elseifs":   func(n int) string { return "local a if a then" + strings.Repeat(" elseif a then", n) + " end" },
		"functions": func(n int) string { return strings.Repeat("return function() ", n) + strings.Repeat("end ", n) },
		"minus":     func(n int) string { return "local a = 1 return" + strings.Repeat(" - ", n) + "a" },
	} {
		_, err := h.Compile(strings.NewReader(code(maxDepth+100)), "deep")
		var e *luavalue.Error
		if !errors.As(err, &e) || !strings.Contains(e.Message, "nested more than 10000 deep") || e.Where != "deep:1" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := h.Compile(strings.NewReader(code(150)), "deep"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.Compile(strings.NewReader("local a = 1 return a"+strings.Repeat(" + a", 3000)), "deep"); err != nil {
		t.Error(err)
	}
}

// What cannot be source is called by its name.
func TestNotSource(t *testing.T) {
	h := newHost(t)
	for code, want := range map[string]string{
		"\x1bLua\x51\x00": "compiled Lua", "\x1bLJ\x02": "LuaJIT", "\xff\xfep\x00": "UTF-16", "\xfe\xff\x00p": "UTF-16",
		"\x7fELF\x02": "program for the system", "MZ\x90\x00": "program for the system", "\x00asm\x01": "WebAssembly",
		"PK\x03\x04": "archive", "\x1f\x8b\x08": "compressed",
	} {
		if _, err := h.Compile(strings.NewReader(code), "x.lua"); err == nil || !strings.HasPrefix(err.Error(), "x.lua: this ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", code, err)
		}
	}
	h.ok(`MZ = 1 assert(loadstring("MZ = 2"))() assert(MZ == 2)`)
}
