package luabind

import (
	"context"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// longText is the length from which a text is decoded beside the scheduler, so that other tasks go on meanwhile.
const longText = 256 << 10

// openJSON makes the module json.
func openJSON(rt *Runtime) lua.LValue {
	module := rt.L.SetFuncs(rt.L.CreateTable(0, 8), map[string]lua.LGFunction{
		"encode": jsonEncode, "decode": jsonDecode, "array": jsonArray, "object": jsonObject,
	})
	module.RawSetString("null", luavalue.Null(rt.L))
	return module
}

// json.encode(v[, {indent = 0, sort = true}]) gives the text.
func jsonEncode(L *lua.LState) int {
	o := luavalue.Opts(L, 2, "json.encode", "indent", "sort")
	options := luavalue.EncodeOptions{Indent: o.Int("indent", 0), Sort: o.Bool("sort", true)}
	if options.Indent < 0 || options.Indent > 16 {
		o.Fail("indent", "must be from 0 to 16")
	}
	text, err := luavalue.Encode(L.Get(1), options)
	if err != nil {
		raiseOp(L, "json.encode", err)
	}
	L.Push(lua.LString(text))
	return 1
}

// json.decode(text[, {null = "keep"|"drop", big = "refuse"|"text"|"nearest"}]) gives the value.
func jsonDecode(L *lua.LState) int {
	text := luavalue.ArgString(L, 1, "json.decode")
	o := decodeOptions(luavalue.Opts(L, 2, "json.decode", "null", "big"))
	v, err := decode(L, []byte(text), o)
	if err != nil {
		raiseOp(L, "json.decode", err)
	}
	L.Push(v)
	return 1
}

// decodeOptions reads the options null and big.
func decodeOptions(o luavalue.Options) luavalue.DecodeOptions {
	null := o.String("null", "keep")
	if null != "keep" && null != "drop" {
		o.Fail("null", `must be "keep" or "drop", not %q`, null)
	}
	return luavalue.DecodeOptions{DropNull: null == "drop", Big: bigNumbers(o)}
}

// bigNumbers reads the option big. What a script reads is refused rather than changed unseen.
func bigNumbers(o luavalue.Options) luavalue.Big {
	switch big := o.String("big", "refuse"); big {
	case "refuse":
	case "text":
		return luavalue.BigText
	case "nearest":
		return luavalue.BigNearest
	default:
		o.Fail("big", `must be "refuse", "text" or "nearest", not %q`, big)
	}
	return luavalue.BigRefuse
}

// decode decodes at once what is short, and beside the scheduler what is long.
func decode(L *lua.LState, text []byte, o luavalue.DecodeOptions) (lua.LValue, error) {
	decoder := luavalue.NewDecoder(L)
	if len(text) < longText {
		return decoder.Decode(text, o)
	}
	return sched.Await(L, -1, func(context.Context) (lua.LValue, error) { return decoder.Decode(text, o) }, nil)
}

// json.array(t) marks a table as a list.
func jsonArray(L *lua.LState) int { return mark(L, "json.array", luavalue.Array) }

// json.object(t) marks a table as an object.
func jsonObject(L *lua.LState) int { return mark(L, "json.object", luavalue.Object) }

func mark(L *lua.LState, fn string, mark func(*lua.LState, *lua.LTable) *lua.LTable) int {
	t := luavalue.ArgTable(L, 1, fn)
	if luavalue.Marked(t) {
		luavalue.WrongArg(L, 1, fn, "has a metatable of its own, which the mark would replace")
	}
	L.Push(mark(L, t))
	return 1
}

// raiseOp raises an error of the call op.
func raiseOp(L *lua.LState, op string, err error) {
	e := luavalue.FromGo(L, err)
	if e.Op == "" {
		e.Op = op
	}
	luavalue.Raise(L, e)
}
