package luavalue

import (
	lua "github.com/yuin/gopher-lua"
)

// errorMeta is where the registry keeps the metatable of error values.
const errorMeta = "pierun.luavalue.error"

// Value gives the Lua value of the error: a userdata with the fields of the Lua reference. It is the same value
// each time, so that a script can compare errors.
func (e *Error) Value(L *lua.LState) lua.LValue {
	if e.value == nil {
		e.value = &lua.LUserData{Value: e, Env: L.G.Global, Metatable: errorMetatable(L)}
	}
	return e.value
}

func errorMetatable(L *lua.LState) *lua.LTable {
	return registryTable(L, errorMeta, func(mt *lua.LTable) {
		mt.RawSetString("__index", L.NewFunction(errorIndex))
		mt.RawSetString("__newindex", L.NewFunction(errorNewIndex))
		mt.RawSetString("__tostring", L.NewFunction(errorToString))
		mt.RawSetString("__concat", L.NewFunction(errorConcat))
		mt.RawSetString("__metatable", lua.LString("error"))
	})
}

// registryTable gives the table that the registry keeps under name, made and filled at first use.
func registryTable(L *lua.LState, name string, fill func(*lua.LTable)) *lua.LTable {
	if t, ok := L.G.Registry.RawGetString(name).(*lua.LTable); ok {
		return t
	}
	t := L.CreateTable(0, 4)
	L.G.Registry.RawSetString(name, t)
	fill(t)
	return t
}

func errorIndex(L *lua.LState) int {
	e, ok := AsError(L.Get(1))
	if !ok {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(e.field(L.Get(2).String()))
	return 1
}

// field is what Lua sees under err.<name>: nil for what is not known.
func (e *Error) field(name string) lua.LValue {
	switch name {
	case "kind":
		return lua.LString(e.Kind)
	case "message":
		return lua.LString(e.Message)
	case "retryable":
		return lua.LBool(e.Retryable)
	case "op":
		return known(e.Op)
	case "instance_id":
		return known(e.InstanceID)
	case "server":
		return known(e.Server)
	case "hint":
		return known(e.Hint)
	case "traceback":
		return known(e.Traceback)
	case "where":
		return known(e.Where)
	}
	if v, ok := e.Fields[name]; ok {
		return v
	}
	return lua.LNil
}

func known(s string) lua.LValue {
	if s == "" {
		return lua.LNil
	}
	return lua.LString(s)
}

func errorNewIndex(L *lua.LState) int {
	Raise(L, Errorf(KindUsage, "an error value cannot be changed").WithHint("make a table of your own beside it"))
	return 0
}

func errorToString(L *lua.LState) int {
	L.Push(lua.LString(errorText(L.Get(1))))
	return 1
}

// errorConcat lets a script write "failed: " .. err.
func errorConcat(L *lua.LState) int {
	L.Push(lua.LString(errorText(L.Get(1)) + errorText(L.Get(2))))
	return 1
}

func errorText(v lua.LValue) string {
	if e, ok := AsError(v); ok {
		return e.Error()
	}
	return v.String()
}
