package luabind

import (
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// inputOption answers code that asks: always the same text, one of a list after another, or what a function says.
func inputOption(o luavalue.Options) func(L *lua.LState, prompt string, password bool) string {
	switch v := o.Value("input").(type) {
	case lua.LString:
		return func(*lua.LState, string, bool) string { return string(v) }
	case *lua.LTable:
		i := 0
		return func(L *lua.LState, prompt string, _ bool) string {
			if i++; v.RawGetInt(i) == lua.LNil {
				raise(L, "session:execute", luavalue.KindUsage, "", "the code asks for input again (%q), and the list has no more", prompt)
			}
			return typed(L, v.RawGetInt(i), "item %d of the list input must be a text, not %s", i)
		}
	case *lua.LFunction:
		return func(L *lua.LState, prompt string, password bool) string {
			L.Push(v)
			L.Push(lua.LString(prompt))
			L.Push(lua.LBool(password))
			L.Call(2, 1)
			answer := L.Get(-1)
			L.Pop(1)
			return typed(L, answer, "the function input must return a text, not %[2]s (asked: %[1]q)", prompt)
		}
	case *lua.LNilType:
	default:
		o.Fail("input", "must be a text, a list or a function")
	}
	return nil
}

// typed is an answer to code that asks, a text or a number; words tell of about and of what came instead.
func typed(L *lua.LState, answer lua.LValue, words string, about any) string {
	if t := answer.Type(); t != lua.LTString && t != lua.LTNumber {
		raise(L, "session:execute", luavalue.KindUsage, "", "session:execute: "+words, about, luavalue.Named(answer))
	}
	return answer.String()
}
