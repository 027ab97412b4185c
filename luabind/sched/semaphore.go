package sched

import (
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// Semaphore lets n tasks go on at once, first come, first served.
type Semaphore struct {
	size, free int
	queue      waitQueue
}

// NewSemaphore makes a semaphore of n, at least 1.
func NewSemaphore(_ *Scheduler, n int) *Semaphore {
	n = max(n, 1)
	return &Semaphore{size: n, free: n}
}

// Acquire takes one of the n, and waits while there is none. It raises timeout.
func (m *Semaphore) Acquire(L *lua.LState, timeout time.Duration) {
	t := mustFrom(L).cur
	t.Check(L)
	if m.free > 0 {
		m.free--
		return
	}
	w := &waiter{t: t}
	m.queue.push(w)
	taken := false
	defer func() {
		w.remove()
		if w.claimed && !taken {
			m.put()
		}
	}()
	if !t.WaitFor(L, timeout, func() bool { return w.claimed }) {
		raiseTimeout(L, "acquiring a semaphore", timeout)
	}
	taken = true
}

// Release gives one back; an error of kind usage when none is taken.
func (m *Semaphore) Release() error {
	if m.free == m.size {
		return luavalue.Errorf(luavalue.KindUsage, "released more often than acquired").WithOp("semaphore:release")
	}
	m.put()
	return nil
}

// put hands one to whoever has waited longest.
func (m *Semaphore) put() {
	if m.queue.claim() == nil {
		m.free++
	}
}

// With acquires, calls the function below nargs arguments on L, releases however it ends, and leaves the results.
func (m *Semaphore) With(L *lua.LState, timeout time.Duration, nargs int) int {
	m.Acquire(L, timeout)
	defer m.put()
	top := L.GetTop() - nargs - 1
	L.Call(nargs, lua.MultRet)
	return L.GetTop() - top
}
