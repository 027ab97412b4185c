package sched

import (
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// Cancel ends the scope: everything inside it raises at its next wait or loop, its tasks are cancelled, and its exit
// raises err (nil: kind cancelled). The first reason counts; a scope that is being left already is let alone.
func (sc *Scope) Cancel(err *luavalue.Error) {
	if err == nil {
		err = cancelledError("")
	}
	sc.cancel(&Failure{Value: err.Value(sc.s.l), err: err, trace: err.Traceback})
}

// CancelChildren asks the scope's tasks to end, not its body.
func (sc *Scope) CancelChildren(reason string) {
	if sc.children == nil {
		return
	}
	f := sc.s.cancellation(reason)
	for t := sc.children; t != nil; t = t.sibling {
		t.body.cancel(f)
	}
}

// cancellation is the failure of what was asked to end.
func (s *Scheduler) cancellation(reason string) *Failure {
	e := cancelledError(reason)
	return &Failure{Value: e.Value(s.l), err: e, asked: true}
}

func (sc *Scope) cancel(f *Failure) {
	if sc.failure != nil || sc.phase != open {
		return
	}
	sc.failure = f
	sc.task.cancels++
	sc.CancelChildren(f.reason())
	sc.task.interrupt()
}

// replace puts f in the place of why a scope that is being left fails, if it does.
func (sc *Scope) replace(L *lua.LState, f *Failure) {
	if sc.failure == nil {
		sc.task.cancels++
	} else {
		sc.s.unraised(L, sc.failure, f)
	}
	sc.failure = f
}

// cancelledScope is the outermost cancelled scope that the running code can notice: what a shield covers stays
// hidden. nil when there is none.
func (t *Task) cancelledScope() *Scope {
	if t.cancels == 0 {
		return nil
	}
	var found *Scope
	for i := len(t.scopes) - 1; i >= 0; i-- {
		sc := t.scopes[i]
		if sc.failure != nil {
			found = sc
		}
		if sc.shield {
			break
		}
	}
	return found
}

// Check raises when the running task has to end: a scope around the running code is cancelled, or the coroutine that
// runs was dropped by the script. Long Go functions call it now and then.
func (t *Task) Check(L *lua.LState) {
	if t.mustEnd() {
		t.s.raiseSignal(L)
	}
}

// mustEnd tells whether every wait raises now.
func (t *Task) mustEnd() bool {
	return t.co != nil && t.co.killed || t.cancelledScope() != nil
}

// raiseSignal raises what unwinds to the exit of the cancelled scope, which puts its own failure in place of it.
func (s *Scheduler) raiseSignal(L *lua.LState) {
	if s.signal == nil {
		s.signal = luavalue.Errorf(luavalue.KindCancelled, "this task was cancelled").Value(s.l)
	}
	L.Error(s.signal, 0)
}
