package sched

import (
	"reflect"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// A thread of the machine is a Lua state that shares its globals with others. NewThread makes a whole new set of
// globals for each and drops it at once, which is most of what a task costs; here a thread is a copy of an unused one
// with a stack, a registry and a place in them of its own. All threads of a scheduler run by turns, so they share the
// allocator of numbers too.

//go:linkname newCallStack github.com/yuin/gopher-lua.newAutoGrowingCallFrameStack
func newCallStack(depth int) iface

//go:linkname newRegistry github.com/yuin/gopher-lua.newRegistry
func newRegistry(handler iface, size, growBy, maxSize int, alloc unsafe.Pointer) unsafe.Pointer

// iface is an interface value as the runtime lays it out: two pointers.
type iface struct{ tab, data unsafe.Pointer }

// layout is where things are inside a Lua state and its registry.
type layout struct {
	registry, stack, alloc uintptr // in the state
	handler                uintptr // in the registry
	known                  bool    // all of them are of the kinds that were expected
}

func findLayout() (at layout) {
	at.known = true
	state := reflect.TypeFor[lua.LState]()
	field := func(in reflect.Type, name string, kind reflect.Kind) (reflect.Type, uintptr) {
		f, ok := in.FieldByName(name)
		if !ok || f.Type.Kind() != kind {
			at.known = false
			return in, 0
		}
		return f.Type, f.Offset
	}
	var registry reflect.Type
	registry, at.registry = field(state, "reg", reflect.Pointer)
	_, at.stack = field(state, "stack", reflect.Interface)
	_, at.alloc = field(state, "alloc", reflect.Pointer)
	if at.known {
		_, at.handler = field(registry.Elem(), "handler", reflect.Interface)
	}
	return at
}

// threads makes the threads of one scheduler.
type threads struct {
	at      layout
	l       *lua.LState
	pattern *lua.LState // a thread that nothing runs on
	handler unsafe.Pointer
}

func newThreads(l *lua.LState) threads {
	ts := threads{at: findLayout(), l: l}
	ts.pattern, _ = l.NewThread()
	if ts.at.known {
		registry := *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(ts.pattern), ts.at.registry))
		ts.handler = (*iface)(unsafe.Add(registry, ts.at.handler)).tab
	}
	return ts
}

// make gives a thread whose functions nest to depth.
func (ts *threads) make(depth int) *lua.LState {
	ts.l.Options.CallStackSize = depth
	if !ts.at.known {
		th, _ := ts.l.NewThread()
		return th
	}
	th := new(lua.LState)
	*th = *ts.pattern
	th.Options = ts.l.Options
	base := unsafe.Pointer(th)
	alloc := *(*unsafe.Pointer)(unsafe.Add(base, ts.at.alloc))
	o := &th.Options
	*(*iface)(unsafe.Add(base, ts.at.stack)) = newCallStack(depth)
	*(*unsafe.Pointer)(unsafe.Add(base, ts.at.registry)) =
		newRegistry(iface{ts.handler, base}, o.RegistrySize, o.RegistryGrowStep, o.RegistryMaxSize, alloc)
	return th
}
