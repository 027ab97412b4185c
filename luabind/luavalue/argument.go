package luavalue

import (
	"math"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// The positional arguments of a Go function, with errors of kind usage that name the call as a script writes it.

// Arg gives argument n of fn as type T; any other type raises usage. what says what it should have been.
func Arg[T lua.LValue](L *lua.LState, n int, fn, what string) T {
	t, ok := L.Get(n).(T)
	if !ok {
		WrongArg(L, n, fn, "must be %s, not %s", what, Named(L.Get(n)))
	}
	return t
}

// ArgString gives argument n, a string or a number as Lua takes it for one.
func ArgString(L *lua.LState, n int, fn string) string {
	if v, ok := L.Get(n).(lua.LNumber); ok {
		return v.String()
	}
	return string(Arg[lua.LString](L, n, fn, "a string"))
}

// ArgText gives argument n, as ArgString does; def when it is absent or nil.
func ArgText(L *lua.LState, n int, fn, def string) string {
	if L.Get(n) == lua.LNil {
		return def
	}
	return ArgString(L, n, fn)
}

// ArgBool gives argument n, true or false; def when it is absent or nil.
func ArgBool(L *lua.LState, n int, fn string, def bool) bool {
	if L.Get(n) == lua.LNil {
		return def
	}
	return bool(Arg[lua.LBool](L, n, fn, "true or false"))
}

// ArgFunction gives argument n, a function.
func ArgFunction(L *lua.LState, n int, fn string) *lua.LFunction {
	return Arg[*lua.LFunction](L, n, fn, "a function")
}

// ArgTable gives argument n, a table.
func ArgTable(L *lua.LState, n int, fn string) *lua.LTable {
	return Arg[*lua.LTable](L, n, fn, "a table")
}

// ArgList gives argument n, a list, which may be empty or have holes; a table that has other keys, too, raises usage.
func ArgList(L *lua.LState, n int, fn string) *lua.LTable {
	t := ArgTable(L, n, fn)
	if k := firstNamed(t, t.MaxN()); k != lua.LNil {
		WrongArg(L, n, fn, "must be a list; this table has names (%s)", Named(k))
	}
	return t
}

// ArgDuration gives argument n, a duration; def when it is absent or nil.
func ArgDuration(L *lua.LState, n int, fn string, def time.Duration) time.Duration {
	v := L.Get(n)
	if v == lua.LNil {
		return def
	}
	d, err := ParseDuration(v)
	if err != nil {
		WrongArg(L, n, fn, "%s", err)
	}
	return d
}

// ArgInt gives argument n, a whole number; def when it is absent or nil.
func ArgInt(L *lua.LState, n int, fn string, def int) int {
	v := L.Get(n)
	if v == lua.LNil {
		return def
	}
	f, ok := v.(lua.LNumber)
	if !ok || float64(f) != math.Trunc(float64(f)) {
		WrongArg(L, n, fn, "must be a whole number, not %s", Named(v))
	}
	if math.Abs(float64(f)) > maxSize {
		WrongArg(L, n, fn, "is too large a number: %s", Named(v))
	}
	return int(f)
}

// WrongArg raises usage about the argument at stack index n of fn; the format follows "argument n". Of a method
// (with a colon in its name) the object is not counted, as in the script.
func WrongArg(L *lua.LState, n int, fn, format string, a ...any) {
	if strings.Contains(fn, ":") {
		n--
	}
	raiseUsage(L, fn, "argument %d "+format, append([]any{n}, a...)...)
}

// NoMore refuses arguments behind the one at stack index last of fn; nils there are none.
func NoMore(L *lua.LState, last int, fn string) {
	for n := last + 1; n <= L.GetTop(); n++ {
		if v := L.Get(n); v != lua.LNil {
			WrongArg(L, n, fn, "(%s) is one too many", Named(v))
		}
	}
}
