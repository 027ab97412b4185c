package luavalue

import (
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

func stringReader(s string) io.Reader { return strings.NewReader(s) }

func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		e    *Error
		want string
	}{
		{Errorf(KindTimeout, "recv took longer than %s", "5s"), "timeout: recv took longer than 5s"},
		{&Error{Kind: KindScript, Message: "no", Where: "a.lua:3"}, "a.lua:3: no"},
		{&Error{Kind: KindAuth, Message: "not let in", Server: "who?", Hint: "give --user"}, "auth: not let in; the server said: who? (give --user)"},
		{&Error{Kind: KindAuth, Message: "not let in: who?", Server: "who?"}, "auth: not let in: who?"},
		{Errorf(KindIO, "100%%"), "io: 100%"},
	} {
		if got := c.e.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestErrorfKeepsTheCause(t *testing.T) {
	e := Errorf(KindIO, "read: %w", fs.ErrNotExist)
	if !errors.Is(e, fs.ErrNotExist) || e.Retryable {
		t.Errorf("cause %v, retryable %v", e.Cause, e.Retryable)
	}
	if !Errorf(KindLost, "gone").Retryable {
		t.Error("lost is not retryable")
	}
}

func TestRaiseNamesTheLine(t *testing.T) {
	L := newState(t)
	L.SetGlobal("boom", L.NewFunction(func(L *lua.LState) int {
		Raise(L, Errorf(KindRefused, "no").WithHint("ask").Set("attempts", lua.LNumber(2)))
		return 0
	}))
	e := fails(t, L, "local function inner()\n  boom()\nend\nlocal function outer() inner() return 1 end\nouter()")
	if e.Where != "flow.lua:2" || !strings.HasPrefix(e.Traceback, "flow.lua:2 in function inner\nflow.lua:4 in function outer\nflow.lua:5") {
		t.Errorf("where %q, traceback\n%s", e.Where, e.Traceback)
	}
}

func TestErrorSeenFromLua(t *testing.T) {
	L := newState(t)
	e := Errorf(KindLost, "gone").WithOp("pie.run").Set("running", lua.LString("unknown"))
	L.SetGlobal("e", e.Value(L))
	L.SetGlobal("again", e.Value(L))
	for expr, want := range map[string]string{
		"e.kind": "lost", "e.message": "gone", "e.op": "pie.run", "e.running": "unknown", "tostring(e.retryable)": "true",
		"tostring(e.server)": "nil", "tostring(e)": "lost: gone", "'x ' .. e": "x lost: gone", "e .. '!'": "lost: gone!",
		"tostring(e == again)": "true", "tostring(select(2, pcall(error, e)) == e)": "true", "type(e)": "userdata",
	} {
		if got := eval(t, L, expr).String(); got != want {
			t.Errorf("%s is %q, want %q", expr, got, want)
		}
	}
	if e := fails(t, L, "e.kind = 'x'"); e.Kind != KindUsage || e.Where != "flow.lua:1" {
		t.Errorf("assignment: %v", e)
	}
}

func TestWrap(t *testing.T) {
	L := newState(t)
	for code, want := range map[string]string{
		`error("bad: thing")`:              "flow.lua:1|bad: thing",
		`error("plain", 0)`:                "|plain",
		`error({message = "m", code = 7})`: "|m",
		`error({})`:                        "|an error value of type table",
		`error({code = 7})`:                `|an error value: {"code":7}`,
		`error(nil)`:                       "|error was called without a message",
		`error(12)`:                        "|12",
		`error(setmetatable({}, {__tostring = function() return "me" end}))`: "|me",
		`error(setmetatable({}, {__tostring = function() error("x") end}))`:  "|an error value of type table",
	} {
		e := fails(t, L, code)
		if got := e.Where + "|" + e.Message; got != want || e.Kind != KindScript {
			t.Errorf("%s: %q kind %s, want %q", code, got, e.Kind, want)
		}
	}
	if e := fails(t, L, `error({code = 7})`); e.Fields["value"].(*lua.LTable).RawGetString("code") != lua.LNumber(7) {
		t.Error("the raised table is not kept")
	}
}

func TestSplitPosition(t *testing.T) {
	for in, want := range map[string]string{
		"a.lua:1: x": "a.lua:1|x", "C:\\f.lua:12: x: y": "C:\\f.lua:12|x: y", "no position": "|no position",
		"http://x: y": "|http://x: y", "a: b.lua:2: c": "a: b.lua:2|c", ": x": "|: x", "a\nb:3: c": "|a\nb:3: c",
	} {
		where, message := SplitPosition(in)
		if got := where + "|" + message; got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestIsMistake(t *testing.T) {
	L := newState(t)
	for code, want := range map[string]bool{
		"local x; x.y = 1": true, "local x; return x.y": true, "nope()": true, "return 1 < 'a'": true, "return {} + 1": true,
		"return {} .. ''": true, "string.rep()": true, "for i = 'a', 2 do end": true, "return #nil": true, "return -{}": true,
		"local t = {}; t[nil] = 1": true, "table.concat({{}})": true, "require 'no.such.module'": true, "local function f() return 1 + f() end f()": true,
		"error('attempt failed')": false, "error('x')": false, "error({})": false, "assert(false, 'no answer')": false,
	} {
		if e := fails(t, L, code); IsMistake(e) != want {
			t.Errorf("%s: %q taken for a mistake: %v", code, e.Message, !want)
		}
	}
	if IsMistake(&Error{Kind: KindScript, Message: "attempt to index nil", Raised: true}) {
		t.Error("what the script says itself is taken for a mistake")
	}
	if !IsMistake(Errorf(KindUsage, "x")) || IsMistake(Errorf(KindTimeout, "x")) {
		t.Error("kinds")
	}
}
