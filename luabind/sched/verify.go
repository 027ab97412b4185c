package sched

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// verify makes sure that the machine behaves as hook.go and machine.go expect. Without the hook threads are polled,
// which is slower; without the care for upvalues scripts would compute wrong results, so that is a panic.
func (s *Scheduler) verify() {
	s.hooked = s.hookFires()
	if !s.upvaluesKept() {
		panic("sched: this gopher-lua treats upvalues in another way than the version in go.mod")
	}
}

// hookFires runs a loop with the flag raised.
func (s *Scheduler) hookFires() bool {
	s.probed = false
	s.raise()
	defer s.lower()
	s.mustCall("for i = 1, 2 do end return true")
	return s.probed
}

// upvaluesKept catches an error below a function whose local is shared with a closure.
func (s *Scheduler) upvaluesKept() bool {
	s.l.SetGlobal("(probe)", s.l.NewFunction(func(L *lua.LState) int {
		keepUpvalues(L)
		L.Push(L.NewFunction(func(L *lua.LState) int { L.RaiseError("probe"); return 0 }))
		base := indexToReg(L, -1)
		err := L.PCall(0, 0, L.NewFunction(func(L *lua.LState) int { closeUpvalues(L, base); return 1 }))
		keepUpvalues(L)
		L.Push(lua.LBool(err != nil))
		return 1
	}))
	defer s.l.SetGlobal("(probe)", lua.LNil)
	return s.mustCall(`local n = 0 local function add() n = n + 1 end local failed = _G["(probe)"]() add() return failed and n == 1`) == lua.LTrue
}

// mustCall runs code on the main state, outside of any task.
func (s *Scheduler) mustCall(code string) lua.LValue {
	fn, err := s.Compile(strings.NewReader(code), "probe")
	if err != nil {
		panic(err)
	}
	s.l.Push(fn)
	s.l.Call(0, 1)
	defer s.l.Pop(1)
	return s.l.Get(-1)
}
