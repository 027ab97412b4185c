package luavalue

import lua "github.com/yuin/gopher-lua"

// Names under which the registry of a state keeps what JSON needs.
const (
	nullName   = "pierun.luavalue.null"
	arrayMeta  = "pierun.luavalue.array"
	objectMeta = "pierun.luavalue.object"
)

// null is what the userdata of json.null holds.
type null struct{}

// Null gives the state's json.null: one value, equal only to itself, and true in an if.
func Null(L *lua.LState) lua.LValue {
	if v := L.G.Registry.RawGetString(nullName); v != lua.LNil {
		return v
	}
	mt := L.CreateTable(0, 2)
	mt.RawSetString("__tostring", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString("null"))
		return 1
	}))
	mt.RawSetString("__metatable", lua.LString("json.null"))
	v := &lua.LUserData{Value: null{}, Env: L.G.Global, Metatable: mt}
	L.G.Registry.RawSetString(nullName, v)
	return v
}

// IsNull tells whether v is json.null.
func IsNull(v lua.LValue) bool {
	u, ok := v.(*lua.LUserData)
	if !ok {
		return false
	}
	_, ok = u.Value.(null)
	return ok
}

// Array marks t as a JSON list, so that it encodes as [] even when it is empty. It replaces the metatable.
func Array(L *lua.LState, t *lua.LTable) *lua.LTable {
	t.Metatable = markTable(L, arrayMeta, "json.array")
	return t
}

// Object marks t as a JSON object, so that it encodes as {} whatever its keys are. It replaces the metatable.
func Object(L *lua.LState, t *lua.LTable) *lua.LTable {
	t.Metatable = markTable(L, objectMeta, "json.object")
	return t
}

// Marked tells whether t has a metatable that is not one of the two marks, which a mark would replace.
func Marked(t *lua.LTable) (foreign bool) {
	return t.Metatable != lua.LNil && shapeOf(t) == unmarked
}

func markTable(L *lua.LState, name, shown string) *lua.LTable {
	return registryTable(L, name, func(mt *lua.LTable) {
		mt.RawSetString(markKey, lua.LString(shown))
	})
}

// markKey is the field of a mark's metatable that says which one it is.
const markKey = "__json"

// shape is how a table wants to be encoded.
type shape int

const (
	unmarked shape = iota
	list
	object
)

func shapeOf(t *lua.LTable) shape {
	mt, ok := t.Metatable.(*lua.LTable)
	if !ok {
		return unmarked
	}
	switch mt.RawGetString(markKey) {
	case lua.LString("json.array"):
		return list
	case lua.LString("json.object"):
		return object
	}
	return unmarked
}

// IsArray tells whether t carries the mark of Array.
func IsArray(t *lua.LTable) bool { return shapeOf(t) == list }
