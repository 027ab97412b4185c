package sched

import (
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// park leaves the processor until the scheduler comes back to this task. L is the thread that runs, maybe deep
// inside coroutines: their Go coroutines stay where they are, only the innermost one gives way.
func (t *Task) park(L *lua.LState, st state) {
	current := L.G.CurrentThread
	t.state = st
	t.shell.yield(struct{}{})
	L.G.CurrentThread = current
}

// Suspend parks the running task until Wake or until the timeout has passed, which it reports as false. A negative
// timeout is no limit, zero does not wait. Wakes may be spurious: callers loop on their condition. It raises when the
// task is cancelled, before and after; undo registrations with defer. L is the thread that the caller was given.
func (t *Task) Suspend(L *lua.LState, timeout time.Duration) (woken bool) {
	t.Check(L)
	if timeout == 0 {
		return false
	}
	if timeout > 0 {
		t.s.timers.set(&t.timer, t.s.Now()+timeout, t)
	}
	t.waitL = L
	t.wait(L)
	t.waitL = nil
	timedOut := t.timedOut
	if stuck := t.stuck; stuck != nil {
		t.stuck = nil
		luavalue.Raise(L, stuck)
	}
	t.Check(L)
	return !timedOut
}

// wait parks with the timer that is set.
func (t *Task) wait(L *lua.LState) {
	t.timedOut = false
	t.park(L, waiting)
	t.s.timers.clear(t.timer)
}

// WaitFor suspends the running task until cond holds, which it asks after each wake; false when the timeout has
// passed first. Negative: no limit; zero: asks once. It raises as Suspend does.
func (t *Task) WaitFor(L *lua.LState, timeout time.Duration, cond func() bool) bool {
	t.Check(L)
	var deadline time.Duration
	if timeout > 0 {
		deadline = t.s.Now() + timeout
	}
	for !cond() {
		left := timeout
		if timeout > 0 {
			left = max(deadline-t.s.Now(), 0)
		}
		if left == 0 || !t.Suspend(L, left) {
			return cond()
		}
	}
	return true
}

// Wake makes a waiting task ready; it is harmless for any other, also for one that has ended.
func (t *Task) Wake() {
	if t.state == waiting {
		t.state = queued
		t.s.ready = append(t.s.ready, t)
	}
}

// expire is the timer of the wait.
func (t *Task) expire() {
	t.timedOut = true
	t.Wake()
}

// interrupt has the task notice that one of its scopes was cancelled, whatever it does.
func (t *Task) interrupt() {
	switch t.state {
	case waiting:
		t.Wake()
	case preempted: // promoted; its place among the hogs is void
		t.state = queued
		t.s.ready = append(t.s.ready, t)
	case active:
		t.s.raise()
	}
}

// uncancelled waits until cond holds or until has passed, whatever is cancelled meanwhile: for the exit of scopes.
func (t *Task) uncancelled(L *lua.LState, until time.Duration, cond func() bool) {
	for !cond() {
		if until >= 0 {
			if t.s.Now() >= until {
				return
			}
			t.s.timers.set(&t.timer, until, t)
		}
		t.wait(L)
	}
}

// Sleep suspends the running task for d.
func Sleep(L *lua.LState, d time.Duration) {
	s := mustFrom(L)
	if d <= 0 {
		s.turnOver(L)
		return
	}
	s.cur.WaitFor(L, d, func() bool { return false })
}

// turnOver lets the other tasks have their turns.
func (s *Scheduler) turnOver(L *lua.LState) {
	t := s.cur
	t.Check(L)
	s.ready = append(s.ready, t)
	t.park(L, queued)
	t.Check(L)
}

// mustFrom gives the scheduler whose task runs L; it raises usage where none does.
func mustFrom(L *lua.LState) *Scheduler {
	s := From(L)
	if s == nil || s.cur == nil {
		luavalue.Raisef(L, luavalue.KindUsage, "waiting is possible inside a running script only")
	}
	return s
}

// raiseTimeout raises timeout: what was waited for, and how long.
func raiseTimeout(L *lua.LState, what string, after time.Duration) {
	luavalue.Raise(L, timeoutError(what, after))
}

func timeoutError(what string, after time.Duration) *luavalue.Error {
	return luavalue.Errorf(luavalue.KindTimeout, "%s: %v passed", what, rounded(after))
}

// rounded leaves out the digits of a time that nobody wants to read.
func rounded(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for d/unit >= 10000 {
		unit *= 10
	}
	return d.Round(unit)
}
