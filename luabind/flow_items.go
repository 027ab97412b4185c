package luabind

import (
	"math"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// mapItems is where flow.map takes its items from, one as each row starts.
type mapItems struct {
	total int // how many there are; -1: not known

	// next gives item i, for which it may wait; nil: there are no more. broken says why an iterator has none.
	next func(L *lua.LState, i int) (item lua.LValue, broken *sched.Failure)
}

// newItems reads the first argument of flow.map: a list, an iterator function, a channel, or a number.
func (rt *Runtime) newItems(L *lua.LState) mapItems {
	switch v := L.Get(1).(type) {
	case *lua.LTable:
		return listItems(L, v)
	case *lua.LFunction:
		return mapItems{total: -1, next: func(L *lua.LState, _ int) (lua.LValue, *sched.Failure) { return rt.callIterator(L, v) }}
	case lua.LNumber:
		return countItems(L, float64(v))
	case *lua.LUserData:
		if ch, ok := v.Value.(*sched.Channel); ok {
			return mapItems{total: -1, next: func(L *lua.LState, _ int) (lua.LValue, *sched.Failure) { return takeItem(L, ch), nil }}
		}
	}
	if path, ok := L.Get(1).(lua.LString); ok {
		raise(L, "flow.map", luavalue.KindUsage, "jsonl.read(path) iterates over the rows of a file, io.lines(path) over its lines",
			"flow.map: argument 1 must be a list, an iterator function, a channel or a number, not the text %q", shorten(string(path), 40))
	}
	luavalue.WrongArg(L, 1, "flow.map", "must be a list, an iterator function, a channel or a number, not %s", luavalue.Named(L.Get(1)))
	return mapItems{}
}

// listItems goes on as long as there are items: one that is appended meanwhile counts.
func listItems(L *lua.LState, list *lua.LTable) mapItems {
	n := list.MaxN()
	if k, _ := list.Next(lua.LNil); n == 0 && k != lua.LNil {
		luavalue.WrongArg(L, 1, "flow.map", "must be a list; this table has names")
	}
	for i := 1; i <= n; i++ {
		if list.RawGetInt(i) == lua.LNil {
			luavalue.WrongArg(L, 1, "flow.map", "has a hole at %d; use false or json.null there", i)
		}
	}
	return mapItems{total: n, next: func(_ *lua.LState, i int) (lua.LValue, *sched.Failure) { return list.RawGetInt(i), nil }}
}

func countItems(L *lua.LState, n float64) mapItems {
	if n < 0 || n != math.Trunc(n) || n > 1<<53 {
		luavalue.WrongArg(L, 1, "flow.map", "must be a whole number from 0 on, not %v", n)
	}
	return mapItems{total: int(n), next: func(_ *lua.LState, i int) (lua.LValue, *sched.Failure) {
		if i > int(n) {
			return lua.LNil, nil
		}
		return lua.LNumber(i), nil
	}}
}

func (rt *Runtime) callIterator(L *lua.LState, fn *lua.LFunction) (lua.LValue, *sched.Failure) {
	L.Push(fn)
	if failure := rt.sched.PCall(L, 0, 1); failure != nil {
		return lua.LNil, failure
	}
	defer L.Pop(1)
	return L.Get(-1), nil
}

func takeItem(L *lua.LState, ch *sched.Channel) lua.LValue {
	v, ok := ch.Take(L, -1)
	if !ok {
		return lua.LNil
	}
	return v
}
