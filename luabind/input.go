package luabind

import (
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// input reads what the program is given: a table with names or a JSON list becomes JSON, a list of strings the words
// of a command line, a string goes as it is; nil and {} are the empty object.
func (l *launch) input(L *lua.LState, v lua.LValue) {
	switch v := v.(type) {
	case *lua.LNilType:
	case lua.LString:
		text := string(v)
		l.spec.Input = &text
	case *lua.LTable:
		l.inputTable(L, v)
	default:
		raise(L, l.op, luavalue.KindUsage, "a table with names is sent as JSON, a list of strings as arguments, a string as it is",
			"%s: the input cannot be a %s", l.op, v.Type())
	}
}

func (l *launch) inputTable(L *lua.LState, t *lua.LTable) {
	if t.Len() > 0 && !luavalue.IsArray(t) && !hasNames(t) {
		l.spec.Args = stringList(L, t, l.op)
		return
	}
	plain, err := luavalue.ToGo(t)
	if err != nil {
		l.badInput(L, err)
	}
	if values, ok := plain.(map[string]any); ok {
		l.spec.Values = values
		l.c.inputs.check(L, l.c.rt, l.spec.Program, values)
		return
	}
	list, err := luavalue.Encode(t, luavalue.EncodeOptions{})
	if err != nil {
		l.badInput(L, err)
	}
	text := string(list)
	l.spec.Input = &text
}

func (l *launch) badInput(L *lua.LState, err error) {
	e := luaError(l.op, err)
	e.Op = l.op
	luavalue.Raise(L, e)
}

// hasNames tells whether a table has a key that is not a place in a list.
func hasNames(t *lua.LTable) bool {
	for k, _ := t.Next(lua.LNil); k != lua.LNil; k, _ = t.Next(k) {
		if _, ok := k.(lua.LNumber); !ok {
			return true
		}
	}
	return false
}
