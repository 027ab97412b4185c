package sched

import lua "github.com/yuin/gopher-lua"

// openGmatch replaces string.gmatch. gopher-lua's iterator wants the state that a for loop hands it; this one is a
// function like any other, so that it can be passed on alone, as in flow.map(text:gmatch("%S+"), fn).
func (s *Scheduler) openGmatch() {
	lib := s.lib("string")
	library := lib.RawGetString("gmatch")
	gmatch := s.l.NewFunction(func(L *lua.LState) int {
		L.Insert(library, 1)
		L.Call(L.GetTop()-1, 2)
		next, state := L.Get(-2), L.Get(-1)
		L.Push(L.NewFunction(func(L *lua.LState) int {
			L.SetTop(0)
			L.Push(next)
			L.Push(state)
			L.Call(1, lua.MultRet)
			return L.GetTop()
		}))
		return 1
	})
	lib.RawSetString("gmatch", gmatch)
	lib.RawSetString("gfind", gmatch)
}
