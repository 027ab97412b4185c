package sched

import (
	"sort"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// maxGap is how far past its end table.insert may put a value: the table would really be filled up to there.
const maxGap = 1 << 20

// openTable replaces what gopher-lua's table library does wrong.
func (s *Scheduler) openTable() {
	lib := s.lib("table")
	s.l.SetFuncs(lib, map[string]lua.LGFunction{
		"concat": tableConcat, "insert": tableInsert, "sort": s.tableSort, "unpack": tableUnpack, "pack": tablePack,
	})
	s.l.SetGlobal("unpack", lib.RawGetString("unpack"))
}

// table.concat(t[, sep[, i[, j]]])
func tableConcat(L *lua.LState) int {
	t := L.CheckTable(1)
	sep := ""
	if L.Get(2) != lua.LNil {
		sep = argString(L, 2)
	}
	from, to := L.OptInt(3, 1), L.OptInt(4, -1)
	if L.Get(4) == lua.LNil {
		to = t.Len()
	}
	var out strings.Builder
	for i := from; i <= to; i++ {
		switch v := t.RawGetInt(i).(type) {
		case lua.LString:
			out.WriteString(string(v))
		case lua.LNumber:
			out.WriteString(numberText(float64(v)))
		default:
			L.RaiseError("invalid value (%s) at index %d in table for 'concat'", v.Type(), i)
		}
		if i < to {
			out.WriteString(sep)
		}
		tooLong(L, "table.concat", float64(out.Len()))
	}
	L.Push(lua.LString(out.String()))
	return 1
}

// table.insert(t[, pos], v)
func tableInsert(L *lua.LState) int {
	t := L.CheckTable(1)
	switch L.GetTop() {
	case 2:
		t.Append(L.Get(2))
		return 0
	case 3:
	default:
		L.RaiseError("wrong number of arguments to 'insert'")
	}
	at, n := L.CheckInt(2), t.Len()
	switch {
	case at < 1 || at > n+maxGap:
		luavalue.Raise(L, luavalue.Errorf(luavalue.KindUsage, "table.insert: position %d is outside of a table of %d", at, n).WithOp("table.insert"))
	case at > n:
		t.RawSetInt(at, L.Get(3))
	default:
		t.Insert(at, L.Get(3))
	}
	return 0
}

// unpack(t[, i[, j]])
func tableUnpack(L *lua.LState) int {
	t := L.CheckTable(1)
	from, to := L.OptInt(2, 1), L.OptInt(3, -1)
	if L.Get(3) == lua.LNil {
		to = t.Len()
	}
	n := to - from + 1
	if n <= 0 {
		return 0
	}
	if n > 1<<19 {
		L.RaiseError("too many results to unpack")
	}
	top := L.GetTop()
	L.SetTop(top + n) // the stack grows once
	L.SetTop(top)
	for i := from; i <= to; i++ {
		L.Push(t.RawGetInt(i))
	}
	return n
}

// table.pack(...) gives a table with the values and their number n, as later versions of Lua do.
func tablePack(L *lua.LState) int {
	n := L.GetTop()
	t := L.CreateTable(n, 1)
	for i := 1; i <= n; i++ {
		t.RawSetInt(i, L.Get(i))
	}
	t.RawSetString("n", lua.LNumber(n))
	L.Push(t)
	return 1
}

// sorter sorts values; less may call the script, which may wait.
type sorter struct {
	values []lua.LValue
	less   func(a, b lua.LValue) bool
}

func (so *sorter) Len() int           { return len(so.values) }
func (so *sorter) Less(i, j int) bool { return so.less(so.values[i], so.values[j]) }
func (so *sorter) Swap(i, j int)      { so.values[i], so.values[j] = so.values[j], so.values[i] }

// table.sort(t[, less]) sorts a copy and puts it back at the end: what other tasks do with the table while a
// comparison waits cannot get in its way.
func (s *Scheduler) tableSort(L *lua.LState) int {
	t := L.CheckTable(1)
	so := &sorter{less: L.LessThan}
	if L.Get(2) != lua.LNil {
		fn := L.CheckFunction(2)
		so.less = func(a, b lua.LValue) bool { return callLess(L, fn, a, b) }
	}
	less, steps := so.less, 0
	so.less = func(a, b lua.LValue) bool {
		if steps++; steps%lookEvery == 0 && raised.Load() != 0 {
			s.look(L)
		}
		return less(a, b)
	}
	for i := 1; i <= t.Len(); i++ {
		so.values = append(so.values, t.RawGetInt(i))
	}
	sort.Sort(so)
	for i, v := range so.values {
		t.RawSetInt(i+1, v)
	}
	return 0
}

func callLess(L *lua.LState, fn *lua.LFunction, a, b lua.LValue) bool {
	L.Push(fn)
	L.Push(a)
	L.Push(b)
	L.Call(2, 1)
	less := L.ToBool(-1)
	L.Pop(1)
	return less
}
