package luavalue

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// Options is the trailing table of a call. Its methods give the option, or def where it was left out; a value
// of the wrong type raises usage. It is used by the call that made it and not kept.
type Options struct {
	L     *lua.LState
	fn    string
	table *lua.LTable // nil: none given
}

// Opts takes the options at stack index idx of the call fn (as a script writes it, "pie.launch"). Absent and nil
// are no options; anything but a table, and a name that is not among names, raises usage with the closest one.
func Opts(L *lua.LState, idx int, fn string, names ...string) Options {
	switch t := L.Get(idx).(type) {
	case *lua.LNilType:
		return Options{L: L, fn: fn}
	case *lua.LTable:
		return OptsTable(L, t, fn, names...)
	default:
		raiseUsage(L, fn, "the options must be a table, not %s", Named(t))
	}
	return Options{}
}

// OptsTable is Opts of a table that the caller has at hand; nil is no options.
func OptsTable(L *lua.LState, t *lua.LTable, fn string, names ...string) Options {
	o := Options{L: L, fn: fn, table: t}
	if t == nil {
		return o
	}
	for k, _ := t.Next(lua.LNil); k != lua.LNil; k, _ = t.Next(k) {
		if name, ok := k.(lua.LString); !ok || !slices.Contains(names, string(name)) {
			raiseUnknown(L, fn, k, names)
		}
	}
	return o
}

func raiseUnknown(L *lua.LState, fn string, key lua.LValue, names []string) {
	e := Errorf(KindUsage, "%s: unknown option %s", fn, Named(key)).WithOp(fn)
	switch near := Closest(key.String(), names); {
	case len(names) == 0:
		e.Hint = "it takes no options"
	case near != "":
		e.Hint = fmt.Sprintf("did you mean %q?", near)
	default:
		e.Hint = "options: " + strings.Join(names, ", ")
	}
	Raise(L, e)
}

func raiseUsage(L *lua.LState, fn, format string, a ...any) {
	Raise(L, Errorf(KindUsage, "%s: "+format, append([]any{fn}, a...)...).WithOp(fn))
}

// wrong raises usage about one option.
func (o Options) wrong(name, format string, a ...any) {
	raiseUsage(o.L, o.fn, "option %q "+format, append([]any{name}, a...)...)
}

// Fail raises usage about one option in the caller's own words, which follow its name.
func (o Options) Fail(name, format string, a ...any) { o.wrong(name, format, a...) }

// Value gives the option as it is, nil for absent.
func (o Options) Value(name string) lua.LValue {
	if o.table == nil {
		return lua.LNil
	}
	return o.table.RawGetString(name)
}

// None says that there is no table of options.
func (o Options) None() bool { return o.table == nil }

// Has tells whether the option was given.
func (o Options) Has(name string) bool { return o.Value(name) != lua.LNil }

// Duration gives an option written as a duration.
func (o Options) Duration(name string, def time.Duration) time.Duration {
	v := o.Value(name)
	if v == lua.LNil {
		return def
	}
	d, err := ParseDuration(v)
	if err != nil {
		o.wrong(name, "%s", err)
	}
	return d
}

// Size gives an option written as a size, in bytes.
func (o Options) Size(name string, def int64) int64 {
	v := o.Value(name)
	if v == lua.LNil {
		return def
	}
	n, err := ParseSize(v)
	if err != nil {
		o.wrong(name, "%s", err)
	}
	return n
}

// Bool gives a true or false option.
func (o Options) Bool(name string, def bool) bool {
	return option(o, name, "true or false", lua.LBool(def)) == lua.LTrue
}

// String gives a text option.
func (o Options) String(name, def string) string {
	return string(option(o, name, "a string", lua.LString(def)))
}

// Number gives a number option; it is never NaN.
func (o Options) Number(name string, def float64) float64 {
	n := float64(option(o, name, "a number", lua.LNumber(def)))
	if math.IsNaN(n) {
		o.wrong(name, "must be a number, not NaN")
	}
	return n
}

// Int gives an option that is a whole number.
func (o Options) Int(name string, def int) int {
	n := o.Number(name, float64(def))
	if n != math.Trunc(n) || math.Abs(n) > maxSize {
		o.wrong(name, "must be a whole number, not %v", n)
	}
	return int(n)
}

// Function gives an option that is a function, nil for absent.
func (o Options) Function(name string) *lua.LFunction {
	return option[*lua.LFunction](o, name, "a function", nil)
}

// Table gives an option that is a table, nil for absent.
func (o Options) Table(name string) *lua.LTable { return option[*lua.LTable](o, name, "a table", nil) }

// option gives the option of type T, def for absent; any other type raises usage.
func option[T lua.LValue](o Options, name, want string, def T) T {
	v := o.Value(name)
	if v == lua.LNil {
		return def
	}
	t, ok := v.(T)
	if !ok {
		o.wrong(name, "must be %s, not %s", want, Named(v))
	}
	return t
}
