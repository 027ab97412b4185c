package luabind

import (
	"slices"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// selector is task.select. Scheduler's goroutine.
type selector struct {
	rt   *Runtime
	turn int // grows with each call, so that each name is first once in a while
}

// task.select(cases[, {timeout = d}]) gives the key of the first case that is ready, then what it received; nil when
// the time is over.
func (s *selector) call(L *lua.LState) int {
	table := luavalue.ArgTable(L, 1, "task.select")
	timeout := luavalue.Opts(L, 2, "task.select", "timeout").Duration("timeout", -1)
	keys := s.order(table)
	if len(keys) == 0 && timeout < 0 {
		luavalue.WrongArg(L, 1, "task.select", "has no cases, and there is no timeout: it would wait for ever")
	}
	cases := make([]sched.Case, len(keys))
	for i, key := range keys {
		cases[i] = selectCase(L, key, table.RawGet(key))
	}
	index, n := sched.Select(L, cases, timeout)
	if index < 0 {
		L.Push(lua.LNil)
		return 1
	}
	L.Insert(keys[index], L.GetTop()-n+1)
	return n + 1
}

// order lists the keys by precedence: the list first, as it stands, then the names, beginning with another one at
// each call.
func (s *selector) order(table *lua.LTable) []lua.LValue {
	var keys []lua.LValue
	for i := 1; i <= table.MaxN(); i++ {
		if table.RawGetInt(i) != lua.LNil {
			keys = append(keys, lua.LNumber(i))
		}
	}
	names := selectNames(table)
	if len(names) == 0 {
		return keys
	}
	s.turn++
	at := s.turn % len(names)
	return append(append(keys, names[at:]...), names[:at]...)
}

func selectNames(table *lua.LTable) []lua.LValue {
	var names []lua.LValue
	for k, _ := table.Next(lua.LNil); k != lua.LNil; k, _ = table.Next(k) {
		if n, ok := k.(lua.LNumber); !ok || n < 1 || int(n) > table.MaxN() {
			names = append(names, k)
		}
	}
	slices.SortFunc(names, func(a, b lua.LValue) int { return strings.Compare(a.String(), b.String()) })
	return names
}

// selectCase reads one case: a channel, an instance or a task to receive from, or {channel, send = value}.
func selectCase(L *lua.LState, key, v lua.LValue) sched.Case {
	switch t := v.(type) {
	case *lua.LUserData:
		if source, ok := t.Value.(sched.Source); ok {
			return sched.Case{Source: source}
		}
	case *lua.LTable:
		if c, ok := sendCase(t); ok {
			return c
		}
	}
	luavalue.WrongArg(L, 1, "task.select", "has under %s neither a channel, an instance, a task nor {channel, send = value}", key)
	return sched.Case{}
}

func sendCase(t *lua.LTable) (sched.Case, bool) {
	u, ok := t.RawGetInt(1).(*lua.LUserData)
	if !ok {
		return sched.Case{}, false
	}
	ch, ok := u.Value.(*sched.Channel)
	v := t.RawGetString("send")
	return sched.Case{SendTo: ch, Value: v}, ok && v != lua.LNil
}
