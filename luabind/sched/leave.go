package sched

import (
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// leave does all that leaving a scope takes: its tasks, its deferred functions, what it owns. failure is the body's;
// its n results are on top of L. Afterwards the scope's failure is what its exit has to raise.
func (sc *Scope) leave(L *lua.LState, failure *Failure, n int) {
	t := sc.task
	if failure != nil && t.cancelledScope() == nil {
		sc.cancel(failure)
	}
	sc.drain(L)
	sc.s.timers.clear(sc.timer)
	sc.phase = closing
	if t.cancelledScope() == nil {
		sc.handOver(L, n)
	}
	sc.runDefers(L, sc.s.Now()+sc.s.cfg.Grace)
	sc.releaseAll(L, sc.s.Now()+sc.s.cfg.Grace) // its own: deferred functions may have used up theirs
}

// drain waits for the scope's tasks. Once something around it is cancelled they are too.
func (sc *Scope) drain(L *lua.LState) {
	t := sc.task
	told := false
	t.uncancelled(L, -1, func() bool {
		if outer := t.cancelledScope(); outer != nil && !told {
			told = true
			sc.CancelChildren(outer.failure.reason())
		}
		return sc.count == 0
	})
}

// cancelledError is what a cancelled task's join raises.
func cancelledError(reason string) *luavalue.Error {
	if reason == "" {
		return luavalue.Errorf(luavalue.KindCancelled, "cancelled")
	}
	return luavalue.Errorf(luavalue.KindCancelled, "cancelled: %s", reason)
}
