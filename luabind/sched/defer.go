package sched

import (
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// deferred is a function that runs when a scope is left.
type deferred struct {
	fn    *lua.LFunction
	place Place // of the call that deferred it
}

// Defer has fn called when the scope is left, before those that were added earlier. A deferred function whose grace is
// over adds nothing more: that raises.
func (sc *Scope) Defer(L *lua.LState, fn *lua.LFunction) {
	if sc.shield {
		sc.task.Check(L)
	}
	sc.defers = append(sc.defers, deferred{fn, PlaceOf(L)})
}

// runDefers runs the deferred functions, last first, in a scope of their own that a cancel from outside does not
// reach; the grace ends it. What they defer themselves comes behind them. The first failure is the scope's, unless it
// has one already.
func (sc *Scope) runDefers(L *lua.LState, until time.Duration) {
	if len(sc.defers) == 0 {
		return
	}
	t := sc.task
	shield := &Scope{s: sc.s, kind: "task.defer", place: sc.place, shield: true}
	t.push(shield)
	shield.limit(ScopeOptions{Deadline: until})
	first := sc.callDefers(L, shield, nil)
	first = shield.callDefers(L, shield, first)
	shield.leave(L, nil, 0)
	t.pop(shield)
	if first == nil {
		first = shield.overdue()
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

// overdue is the failure of deferred functions that were ended by their grace, or by a task of theirs; nil: none.
func (sc *Scope) overdue() *Failure {
	if f := sc.failure; f != nil && f.err != nil && f.err.Kind == luavalue.KindTimeout && f.err.Hint == "" {
		f.err.Hint = "the deferred functions of a scope share the grace: --grace 30s gives them more"
	}
	return sc.failure
}

// unraised tells of a failure that something raised before it hides. os.exit is none, nor is the same error again.
func (s *Scheduler) unraised(L *lua.LState, hidden, by *Failure) {
	if s.cfg.Unraised != nil && hidden.Value != s.signal && !by.raisedAs(hidden.Value) {
		s.cfg.Unraised(hidden.Err(L))
	}
}

// callDefers gives the first error of a deferred function, if there was none before; the others run all the same, and
// tell of theirs. While one runs, the shield is at its place.
func (sc *Scope) callDefers(L *lua.LState, shield *Scope, first *Failure) *Failure {
	for len(sc.defers) > 0 {
		last := len(sc.defers) - 1
		d := sc.defers[last]
		sc.defers = sc.defers[:last]
		shield.place = d.place
		L.Push(d.fn)
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
