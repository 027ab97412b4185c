package luavalue

import (
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// optionState has f(opts), which reads one option of each type.
func optionState(t *testing.T) *lua.LState {
	L := newState(t)
	L.SetGlobal("f", L.NewFunction(func(L *lua.LState) int {
		o := Opts(L, 1, "mod.f", "timeout", "buffer", "quiet", "label", "times", "rate", "on_event", "files")
		L.Push(Seconds(o.Duration("timeout", 3*time.Second)))
		L.Push(lua.LNumber(o.Size("buffer", 7)))
		L.Push(lua.LBool(o.Bool("quiet", true)))
		L.Push(lua.LString(o.String("label", "x")))
		L.Push(lua.LNumber(o.Int("times", 4)))
		L.Push(lua.LNumber(o.Number("rate", 0.5)))
		L.Push(lua.LBool(o.Function("on_event") != nil))
		L.Push(lua.LBool(o.Table("files") != nil && o.Has("files")))
		return 8
	}))
	return L
}

func TestOptions(t *testing.T) {
	L := optionState(t)
	for expr, want := range map[string]string{
		`f()`:    "3 7 true x 4 0.5 false false",
		`f(nil)`: "3 7 true x 4 0.5 false false",
		`f{timeout = "1m30s", buffer = "2KiB", quiet = false, label = "l", times = 2, rate = 9, on_event = print, files = {}}`: "90 2048 false l 2 9 true true",
	} {
		got := eval(t, L, `(function(...) local t = {...} for i = 1, 8 do t[i] = tostring(t[i]) end return table.concat(t, " ") end)(`+expr+`)`)
		if got.String() != want {
			t.Errorf("%s: %s, want %s", expr, got, want)
		}
	}
}

func TestOptionsRefuse(t *testing.T) {
	L := optionState(t)
	for code, want := range map[string]string{
		`f(3)`:                   "mod.f: the options must be a table, not 3",
		`f{timout = 3}`:          `mod.f: unknown option "timout" (did you mean "timeout"?)`,
		`f{zzzz = 3}`:            `mod.f: unknown option "zzzz" (options: timeout, buffer,`,
		`f{3}`:                   "mod.f: unknown option 1 (",
		`f{timeout = true}`:      `mod.f: option "timeout" must be seconds or text like "1m30s", not true`,
		`f{timeout = -1}`:        `mod.f: option "timeout" must not be negative`,
		`f{timeout = math.huge}`: `mod.f: option "timeout" is too long`,
		`f{buffer = "8M"}`:       `mod.f: option "buffer" must be bytes or text like "8MiB" or "64KiB", not "8M"`,
		`f{quiet = "yes"}`:       `mod.f: option "quiet" must be true or false, not "yes"`,
		`f{label = 3}`:           `mod.f: option "label" must be a string, not 3`,
		`f{times = 1.5}`:         `mod.f: option "times" must be a whole number, not 1.5`,
		`f{rate = 0/0}`:          `mod.f: option "rate" must be a number, not NaN`,
		`f{on_event = {}}`:       `mod.f: option "on_event" must be a function, not a table`,
	} {
		e := fails(t, L, code)
		if e.Kind != KindUsage || e.Op != "mod.f" || !strings.HasPrefix(e.Error(), "flow.lua:1: usage: "+want) {
			t.Errorf("%s: %s", code, e)
		}
	}
}

func TestArguments(t *testing.T) {
	L := newState(t)
	L.SetGlobal("f", L.NewFunction(func(L *lua.LState) int {
		ArgString(L, 1, "mod.f")
		ArgDuration(L, 2, "mod.f", time.Second)
		ArgInt(L, 3, "mod.f", 1)
		if L.GetTop() > 3 {
			ArgFunction(L, 4, "mod.f")
			ArgTable(L, 5, "mod.f")
		}
		return 0
	}))
	for code, want := range map[string]string{
		`f()`:                   "argument 1 must be a string, not nil",
		`f(1, {})`:              `argument 2 must be seconds or text like "1m30s", not a table`,
		`f("", 1, 1.5)`:         "argument 3 must be a whole number, not 1.5",
		`f("", 1, 1, 2)`:        "argument 4 must be a function, not 2",
		`f("", 1, 1, print, 2)`: "argument 5 must be a table, not 2",
	} {
		if e := fails(t, L, code); e.Kind != KindUsage || e.Message != "mod.f: "+want {
			t.Errorf("%s: %s", code, e)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for in, want := range map[lua.LValue]time.Duration{
		lua.LNumber(1.5): 1500 * time.Millisecond, lua.LString("250ms"): 250 * time.Millisecond, lua.LString(" 1m30s "): 90 * time.Second,
		lua.LString("2"): 2 * time.Second, lua.LNumber(0): 0, lua.LString("1h"): time.Hour,
	} {
		if got, err := ParseDuration(in); err != nil || got != want {
			t.Errorf("%v: %v %v", in, got, err)
		}
	}
	for _, in := range []lua.LValue{lua.LNil, lua.LTrue, lua.LString(""), lua.LString("-1s"), lua.LString("1y"), lua.LString("nan"), lua.LString("inf"), lua.LString("2000000h")} {
		if got, err := ParseDuration(in); err == nil {
			t.Errorf("%v: %v", in, got)
		}
	}
}

func TestParseSize(t *testing.T) {
	for in, want := range map[lua.LValue]int64{
		lua.LNumber(4096): 4096, lua.LString("8MiB"): 8 << 20, lua.LString("64 kib"): 64 << 10, lua.LString("1.5GB"): 1500000000,
		lua.LString("12B"): 12, lua.LString("7"): 7, lua.LNumber(0): 0,
	} {
		if got, err := ParseSize(in); err != nil || got != want {
			t.Errorf("%v: %v %v", in, got, err)
		}
	}
	for _, in := range []lua.LValue{lua.LNil, lua.LNumber(-1), lua.LNumber(0.5), lua.LString("MiB"), lua.LString("8M"), lua.LString("1e300B"), lua.LTrue} {
		if got, err := ParseSize(in); err == nil {
			t.Errorf("%v: %v", in, got)
		}
	}
}

func TestClosest(t *testing.T) {
	names := []string{"timeout", "idle_timeout", "detached", "scope", "on_event", "string", "fs", "-h"}
	for word, want := range map[string]string{
		"timout": "timeout", "Timeout": "timeout", "idle-timeout": "idle_timeout", "scpoe": "scope", "onEvent": "on_event", "banana": "", "": "", "nothing": "", "csv": "", "fd": "fs", "-x": "",
	} {
		if got := Closest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
