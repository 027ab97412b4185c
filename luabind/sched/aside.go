package sched

import lua "github.com/yuin/gopher-lua"

// Aside runs f for the running task on the scheduler's own stack and comes back. The stack of a task grows with the
// deepest call that was ever made on it and mostly stays so large for as long as the task waits; with thousands of
// tasks that counts, and this keeps a deep call that many of them make off their stacks. f may raise, but it must not
// wait and run no Lua. L is the thread that the caller was given.
func (s *Scheduler) Aside(L *lua.LState, f func()) {
	s.aside = f
	s.cur.park(L, active)
	if thrown := s.thrown; thrown != nil {
		s.thrown = nil
		panic(thrown)
	}
}

// runUntilWait runs the task until it waits or ends, and what it has put aside on the way.
func (s *Scheduler) runUntilWait(t *Task) {
	t.shell.next()
	for s.aside != nil {
		f := s.aside
		s.aside = nil
		s.thrown = thrown(f)
		t.shell.next()
	}
}

// thrown runs f and gives what it panics with.
func thrown(f func()) (what any) {
	defer func() { what = recover() }()
	f()
	return nil
}
