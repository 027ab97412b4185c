package sched

import (
	"time"

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
	sc.s.timers.clear(&sc.timer)
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

// runDefers runs the deferred functions, last first, in a scope of their own that a cancel from outside does not
// reach; the grace ends it. The first failure is the scope's, unless it has one already.
func (sc *Scope) runDefers(L *lua.LState, until time.Duration) {
	if len(sc.defers) == 0 {
		return
	}
	t := sc.task
	shield := &Scope{s: sc.s, kind: "task.defer", place: sc.place, shield: true}
	t.push(shield)
	shield.limit(ScopeOptions{Deadline: until})
	first := sc.callDefers(L, shield)
	shield.leave(L, nil, 0)
	t.pop(shield)
	if first == nil {
		first = shield.failure
	}
	switch {
	case first == nil:
	case sc.failure == nil:
		sc.failure = first
		t.cancels++
	default:
		sc.s.unraised(L, first, sc.failure)
	}
}

// unraised tells of a failure that something raised before it hides. os.exit is none, nor is the same error again.
func (s *Scheduler) unraised(L *lua.LState, hidden, by *Failure) {
	if s.cfg.Unraised != nil && hidden.Value != s.signal && !by.raisedAs(hidden.Value) {
		s.cfg.Unraised(hidden.Err(L))
	}
}

// callDefers gives the first error of a deferred function; the others run all the same, and tell of theirs.
func (sc *Scope) callDefers(L *lua.LState, shield *Scope) (first *Failure) {
	for len(sc.defers) > 0 {
		last := len(sc.defers) - 1
		fn := sc.defers[last]
		sc.defers = sc.defers[:last]
		L.Push(fn)
		switch f := sc.s.protect(L, 0, 0, protection{full: true}); {
		case f == nil || shield.failure != nil:
		case first == nil:
			first = f
		default:
			sc.s.unraised(L, f, first)
		}
	}
	return first
}

// cancelledError is what a cancelled task's join raises.
func cancelledError(reason string) *luavalue.Error {
	if reason == "" {
		return luavalue.Errorf(luavalue.KindCancelled, "cancelled")
	}
	return luavalue.Errorf(luavalue.KindCancelled, "cancelled: %s", reason)
}
