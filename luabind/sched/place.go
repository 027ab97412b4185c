package sched

import (
	"reflect"
	"strconv"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// Place is a line of the script; the zero value is none.
type Place struct {
	source string
	line   int
}

// String is "file:line", "" for none.
func (p Place) String() string {
	if p.source == "" {
		return ""
	}
	return p.source + ":" + strconv.Itoa(p.line)
}

// frames is where a Lua state keeps its innermost frame, and where things are in a frame: every task and every launch
// notes its place, and the machine's own way makes garbage for each frame that is looked at.
var frames = findFrames()

type frameLayout struct {
	current        uintptr // in the state
	fn, parent, pc uintptr // in the frame
	known          bool    // all of them are of the kinds that were expected
}

func findFrames() (at frameLayout) {
	state := reflect.TypeFor[lua.LState]()
	current, ok := state.FieldByName("currentFrame")
	if !ok || current.Type.Kind() != reflect.Pointer {
		return at
	}
	frame := current.Type.Elem()
	fn, hasFn := frame.FieldByName("Fn")
	parent, hasParent := frame.FieldByName("Parent")
	pc, hasPC := frame.FieldByName("Pc")
	at = frameLayout{current: current.Offset, fn: fn.Offset, parent: parent.Offset, pc: pc.Offset}
	at.known = hasFn && hasParent && hasPC && fn.Type == reflect.TypeFor[*lua.LFunction]() &&
		parent.Type == current.Type && pc.Type.Kind() == reflect.Int
	return at
}

// innermost is the frame of the function that runs on the thread, nil if none does. The layout must be known.
func (at *frameLayout) innermost(L *lua.LState) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(L), at.current))
}

func (at *frameLayout) function(frame unsafe.Pointer) *lua.LFunction {
	return *(**lua.LFunction)(unsafe.Add(frame, at.fn))
}

// PlaceOf is the line of the innermost Lua function on the thread.
func PlaceOf(L *lua.LState) Place {
	if !frames.known {
		return placeBySearch(L)
	}
	frame := frames.innermost(L)
	for n := 0; frame != nil && n < traceFrames; n++ {
		fn, pc := frames.function(frame), *(*int)(unsafe.Add(frame, frames.pc))
		if !fn.IsG && pc > 0 && pc <= len(fn.Proto.DbgSourcePositions) && fn.Proto.SourceName != "" {
			return Place{fn.Proto.SourceName, fn.Proto.DbgSourcePositions[pc-1]}
		}
		frame = *(*unsafe.Pointer)(unsafe.Add(frame, frames.parent))
	}
	return Place{}
}

// placeBySearch is PlaceOf by what the machine offers.
func placeBySearch(L *lua.LState) Place {
	for i := 0; i < traceFrames; i++ {
		dbg, ok := L.GetStack(i)
		if !ok {
			break
		}
		if p := frameOf(L, dbg); p.source != "" {
			return p
		}
	}
	return Place{}
}

// frameOf is the line of a Lua function on the stack, none for a Go function.
func frameOf(L *lua.LState, dbg *lua.Debug) Place {
	if _, err := L.GetInfo("Sl", dbg, lua.LNil); err != nil || dbg.Source == "" || dbg.CurrentLine <= 0 {
		return Place{}
	}
	return Place{dbg.Source, dbg.CurrentLine}
}
