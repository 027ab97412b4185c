package sched

import (
	lua "github.com/yuin/gopher-lua"
)

// openCoroutine replaces the coroutine library.
func (s *Scheduler) openCoroutine() {
	lib := s.l.CreateTable(0, 8)
	s.l.SetGlobal("coroutine", lib)
	if pkg, ok := s.l.GetGlobal("package").(*lua.LTable); ok {
		if loaded, ok := pkg.RawGetString("loaded").(*lua.LTable); ok {
			loaded.RawSetString("coroutine", lib)
		}
	}
	s.l.SetFuncs(lib, map[string]lua.LGFunction{
		"create": s.coCreate, "wrap": s.coWrap, "resume": s.coResume, "yield": s.coYield,
		"status": coStatus, "running": s.coRunning, "isyieldable": s.coIsYieldable,
	})
}

func (s *Scheduler) coCreate(L *lua.LState) int {
	L.Push(s.newCoroutine(L.CheckFunction(1)))
	return 1
}

func (s *Scheduler) coWrap(L *lua.LState) int {
	L.Push(L.NewClosure(s.coWrapped, s.newCoroutine(L.CheckFunction(1))))
	return 1
}

// coWrapped is the function that coroutine.wrap gives.
func (s *Scheduler) coWrapped(L *lua.LState) int {
	h, _ := L.Get(lua.UpvalueIndex(1)).(*lua.LState)
	c, f := s.resume(L, h, 1)
	if f != nil {
		s.cur.Check(L)
		f.Raise(L)
	}
	return pushAll(L, c.xfer)
}

func (s *Scheduler) coResume(L *lua.LState) int {
	h := L.CheckThread(1)
	c, f := s.resume(L, h, 2)
	if f != nil {
		s.cur.raised = f
		return s.refuse(L, f)
	}
	L.Push(lua.LTrue)
	return pushAll(L, c.xfer) + 1
}

// pushAll pushes the values and forgets them.
func pushAll(L *lua.LState, values []lua.LValue) int {
	for i, v := range values {
		L.Push(v)
		values[i] = nil
	}
	return len(values)
}

func coStatus(L *lua.LState) int {
	status := coRunning // a task's own thread
	if c := coroutineOf(L.CheckThread(1)); c != nil {
		status = c.status
	}
	L.Push(lua.LString(status))
	return 1
}

// coRunning gives the coroutine that runs; nil on a task's own thread, as Lua 5.1 does for the main one.
func (s *Scheduler) coRunning(L *lua.LState) int {
	if s.cur != nil && s.cur.co != nil {
		if h := s.cur.co.handle.Value(); h != nil {
			L.Push(h)
			return 1
		}
	}
	L.Push(lua.LNil)
	return 1
}

func (s *Scheduler) coIsYieldable(L *lua.LState) int {
	L.Push(lua.LBool(s.cur != nil && s.cur.co != nil && s.cur.co.scopes == 0))
	return 1
}
