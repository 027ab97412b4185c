package sched

import (
	"fmt"
	"reflect"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// What the scheduler has to reach inside gopher-lua beside the instruction table.
//
// A caught error there closes the upvalues of every function on the stack, also of those that go on running: from
// then on a local and the closures that share it are two variables. A handler given to the protected call prevents
// that, but then nobody closes the upvalues of the functions that did end. So each of our threads always says that it
// has a handler, and our protected call closes exactly what is above it.

//go:linkname closeUpvalues github.com/yuin/gopher-lua.(*LState).closeUpvalues
func closeUpvalues(L *lua.LState, register int)

//go:linkname indexToReg github.com/yuin/gopher-lua.(*LState).indexToReg
func indexToReg(L *lua.LState, index int) int

// handlerFlag is where a Lua state keeps its unexported hasErrorFunc.
var handlerFlag = flagOffset("hasErrorFunc")

func flagOffset(name string) uintptr {
	f, ok := reflect.TypeFor[lua.LState]().FieldByName(name)
	if !ok || f.Type.Kind() != reflect.Bool {
		panic(fmt.Sprintf("sched: this gopher-lua has no flag %s in its state: use the version in go.mod", name))
	}
	return f.Offset
}

// keepUpvalues makes errors on this thread leave upvalues alone. A protected call takes it back, so it is set again
// after each.
func keepUpvalues(L *lua.LState) { *(*bool)(unsafe.Add(unsafe.Pointer(L), handlerFlag)) = true }
