package sched

import lua "github.com/yuin/gopher-lua"

// Methods is the name under which the metatable of a userdata keeps the table of its methods where its __index is a
// function, for the sake of fields. value:method() finds them there without a call of that function, which has to
// find the same.
const Methods = "__methods"

// callMethod does what the instruction in front of value:method() does, where the value has such a table with that
// method in it. Otherwise it does nothing and says so.
func callMethod(L *lua.LState, inst uint32) bool {
	_, a, b, c := parts(inst)
	value, ok := L.Get(b + 1).(*lua.LUserData)
	if !ok || c < constants || !frames.known {
		return false
	}
	method := methodOf(value, frames.function(frames.innermost(L)).Proto.Constants[c-constants])
	if method == lua.LNil {
		return false
	}
	setRegister(L, a, method)
	setRegister(L, a+1, value)
	return true
}

// methodOf is a method by its name, nil without a table of methods.
func methodOf(value *lua.LUserData, name lua.LValue) lua.LValue {
	if mt, ok := value.Metatable.(*lua.LTable); ok {
		if methods, ok := mt.RawGetString(Methods).(*lua.LTable); ok {
			return methods.RawGet(name)
		}
	}
	return lua.LNil
}

// setRegister gives a register of the running function a value, also one above those in use.
func setRegister(L *lua.LState, n int, v lua.LValue) {
	top := L.GetTop()
	if n < top {
		L.Replace(n+1, v)
		return
	}
	if n > top {
		L.SetTop(n)
	}
	L.Push(v)
}
