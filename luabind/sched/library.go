package sched

import (
	"math"

	lua "github.com/yuin/gopher-lua"
)

// openLibraries replaces what the standard libraries do wrong, or without regard to tasks.
func (s *Scheduler) openLibraries() {
	for name, fn := range map[string]lua.LGFunction{
		"pcall": s.pcall, "xpcall": s.xpcall, "try": s.try, "error": s.raiseError, "assert": assert,
		"tostring": toString, "tonumber": toNumber, "setmetatable": s.setMetatable(s.l.GetGlobal("setmetatable")),
	} {
		s.l.SetGlobal(name, s.l.NewFunction(fn))
	}
	s.sayers = []lua.LValue{s.l.GetGlobal("error"), s.l.GetGlobal("assert")}
	s.openCoroutine()
	s.openLoad()
	s.openString()
	s.openTable()
	s.openOS()
	s.lib("math").RawSetString("huge", lua.LNumber(math.Inf(1)))
	for _, name := range []string{"_printregs", "channel"} {
		s.l.SetGlobal(name, lua.LNil) // gopher-lua's own; its channels would stop every task
	}
}

// setMetatable is setmetatable(t, mt) of the script: the machine's own, which takes any value, for tables alone.
func (s *Scheduler) setMetatable(own lua.LValue) lua.LGFunction {
	return func(L *lua.LState) int {
		L.CheckTable(1)
		return own.(*lua.LFunction).GFunction(L)
	}
}

func (s *Scheduler) openOS() {
	lib := s.lib("os")
	s.l.SetFuncs(lib, map[string]lua.LGFunction{
		"exit": s.osExit, "date": s.osDate, "clock": s.osClock, "difftime": osDifftime,
		"time": s.osTime(lib.RawGetString("time")),
	})
}

// lib is the table of a standard library.
func (s *Scheduler) lib(name string) *lua.LTable {
	if t, ok := s.l.GetGlobal(name).(*lua.LTable); ok {
		return t
	}
	t := s.l.CreateTable(0, 8)
	s.l.SetGlobal(name, t)
	return t
}
