package sched

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// protection is one protected call on a thread.
type protection struct {
	base   int            // the register of the function that is called
	full   bool           // its failure wants a traceback
	user   *lua.LFunction // the handler of xpcall
	trace  string
	said   bool // see luavalue.Error
	thread *lua.LState
}

// protect calls the function below nargs arguments; its results replace them, or they are gone and the failure is
// returned. It catches everything, cancellation too.
func (s *Scheduler) protect(L *lua.LState, nargs, nret int, p protection) *Failure {
	t := s.cur
	sh := t.thread()
	p.base = indexToReg(L, -nargs-1)
	sh.protects = append(sh.protects, p)
	current := L.G.CurrentThread
	err := L.PCall(nargs, nret, s.handler)
	keepUpvalues(L)
	last := len(sh.protects) - 1
	p = sh.protects[last]
	sh.protects[last] = protection{}
	sh.protects = sh.protects[:last]
	if err == nil {
		return nil
	}
	L.G.CurrentThread = current
	closeUpvalues(L, p.base)
	return t.failed(objectOf(err, &p), &p)
}

// objectOf is the value in the machine's error. When the handler could not run, because the stack was full, the
// machine has written a traceback itself and its message says little.
func objectOf(err error, p *protection) lua.LValue {
	e, ok := err.(*lua.ApiError)
	if !ok {
		return lua.LString(err.Error())
	}
	if p.thread != nil {
		return e.Object
	}
	p.trace = machineTrace(e.StackTrace)
	if text, ok := e.Object.(lua.LString); ok && strings.HasSuffix(string(text), "stack overflow") {
		where, _, _ := strings.Cut(p.trace, "\n")
		return lua.LString(strings.TrimLeft(where+": stack overflow", ": "))
	}
	return e.Object
}

// machineTrace gives the places in the script that a traceback of the machine names, one a line.
func machineTrace(text string) string {
	var lines []string
	_, text, _ = strings.Cut(text, "stack traceback:")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		place, _, ok := strings.Cut(line, ": in ")
		switch {
		case line == "...":
			lines = append(lines, "…")
		case ok && place != "[G]":
			lines = append(lines, place)
		}
	}
	return strings.Join(foldedAround(lines), "\n")
}

// caught is the handler of every protected call: it runs where the error was raised, with all frames in place.
func (s *Scheduler) caught(L *lua.LState) int {
	t := s.cur
	sh := t.thread()
	at := len(sh.protects) - 1
	v := L.Get(1)
	if text, ok := v.(lua.LString); ok {
		v = s.explain(L, text)
	}
	if p := &sh.protects[at]; p.full {
		p.trace = t.trace(L, v)
	}
	sh.protects[at].thread, sh.protects[at].said = L, s.says(L)
	closeUpvalues(L, sh.protects[at].base)
	if user := sh.protects[at].user; user != nil && !t.mustEnd() {
		L.Push(user)
		L.Push(v)
		L.Call(1, 1)
		v = L.Get(-1)
	}
	L.Push(v)
	return 1
}

// says tells, in the handler of an error, whether error or assert raised it.
func (s *Scheduler) says(L *lua.LState) bool {
	dbg, ok := L.GetStack(1)
	if !ok {
		return false
	}
	fn, err := L.GetInfo("f", dbg, lua.LNil)
	return err == nil && slices.Contains(s.sayers, fn)
}

// explain adds what the machine leaves out of messages of its own.
func (s *Scheduler) explain(L *lua.LState, text lua.LString) lua.LValue {
	switch {
	case strings.HasPrefix(string(text), "runtime error: "):
		return s.hostFailure(L, string(text))
	case text == " stack overflow" || text == "lua callstack overflow":
		return lua.LString(PlaceOf(L).String() + ": stack overflow")
	}
	return lua.LString(named(L, string(text)))
}

// hostFailure makes an error of a Go panic in a function of the host.
func (s *Scheduler) hostFailure(L *lua.LState, text string) lua.LValue {
	e := luavalue.Errorf(luavalue.KindScript, "the host failed: %s", strings.TrimPrefix(text, "runtime error: ")).
		WithHint("this is a mistake in pierun, not in the script")
	luavalue.Locate(L, e)
	if s.cfg.Debug {
		e.Traceback = joinTrace(e.Traceback, fmt.Sprintf("Go stack:\n%s", debug.Stack()))
	}
	return e.Value(L)
}

// PCall calls the function below nargs arguments, as L.PCall does, and gives its failure. A cancel is never caught: it
// is raised again. Host functions use it in place of L.PCall, which would detach closures from their variables.
func (s *Scheduler) PCall(L *lua.LState, nargs, nret int) *Failure {
	f := s.protect(L, nargs, nret, protection{full: true})
	if f != nil {
		s.cur.Check(L)
	}
	return f
}

// pcall(f, ...) of the script.
func (s *Scheduler) pcall(L *lua.LState) int {
	L.CheckAny(1)
	if f := s.protect(L, L.GetTop()-1, lua.MultRet, protection{}); f != nil {
		return s.refuse(L, f)
	}
	L.Insert(lua.LTrue, 1)
	return L.GetTop()
}

// refuse pushes what pcall gives for a failure, unless the task has to end.
func (s *Scheduler) refuse(L *lua.LState, f *Failure) int {
	s.cur.Check(L)
	L.Push(lua.LFalse)
	L.Push(f.Value)
	return 2
}

// xpcall(f, handler, ...) of the script; arguments are passed as in later versions of Lua.
func (s *Scheduler) xpcall(L *lua.LState) int {
	L.CheckAny(1)
	user := L.CheckFunction(2)
	L.Remove(2)
	if f := s.protect(L, L.GetTop()-1, lua.MultRet, protection{user: user}); f != nil {
		return s.refuse(L, f)
	}
	L.Insert(lua.LTrue, 1)
	return L.GetTop()
}

// try(f, ...) of the script: all results, or nil and an error value.
func (s *Scheduler) try(L *lua.LState) int {
	if L.GetMetaField(L.CheckAny(1), "__call") == lua.LNil {
		luavalue.ArgFunction(L, 1, "try")
	}
	f := s.protect(L, L.GetTop()-1, lua.MultRet, protection{full: true})
	if f == nil {
		return L.GetTop()
	}
	s.cur.Check(L)
	s.cur.raised = f
	L.Push(lua.LNil)
	L.Push(f.Err(L).Value(L))
	return 2
}

// assert(v[, message, ...]) of the script. A message that is no text is raised as it is: assert(try(f)) works.
func assert(L *lua.LState) int {
	if lua.LVAsBool(L.CheckAny(1)) {
		return L.GetTop()
	}
	switch m := L.Get(2).(type) {
	case *lua.LNilType:
		L.RaiseError("assertion failed!")
	case lua.LString, lua.LNumber:
		L.RaiseError("%s", ToString(L, m))
	default:
		L.Error(m, 0)
	}
	return 0
}

// raiseError is error(v[, level]) of the script. An error value keeps its place and traceback. The machine counts this
// function as level 0 and 1 alike, so the caller's caller is one further.
func (s *Scheduler) raiseError(L *lua.LState) int {
	v := L.Get(1)
	if e, ok := luavalue.AsError(v); ok {
		luavalue.Raise(L, e)
	}
	level := L.OptInt(2, 1)
	if level > 1 {
		level++
	}
	L.Error(v, level)
	return 0
}
