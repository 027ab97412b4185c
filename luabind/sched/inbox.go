package sched

import (
	"sync"
	"sync/atomic"
)

// inbox is how other goroutines reach the scheduler: functions to run on its goroutine, and a signal that there are
// some. Any goroutine may put; only who has the wheel takes.
type inbox struct {
	mu    sync.Mutex
	list  []func()
	spare []func()    // the list taken before, to be filled again
	look  atomic.Bool // there is something to look at, in the list or elsewhere
	wheel atomic.Int32
	wake  chan struct{}
}

func newInbox() inbox { return inbox{wake: make(chan struct{}, 1)} }

func (b *inbox) put(f func()) {
	b.mu.Lock()
	b.list = append(b.list, f)
	first := len(b.list) == 1
	b.mu.Unlock()
	if first {
		b.signal()
	}
}

// signal has the scheduler look again: at once if it waits, else before it does.
func (b *inbox) signal() {
	b.look.Store(true)
	if b.wheel.Load() == wheelFree {
		b.call()
	}
}

// call wakes the scheduler's own goroutine.
func (b *inbox) call() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// some tells whether a signal has come since the last run.
func (b *inbox) some() bool { return b.look.Load() }

// run takes what has come and runs it, in order.
func (b *inbox) run() {
	b.look.Store(false)
	b.mu.Lock()
	list := b.list
	b.list = b.spare[:0]
	b.mu.Unlock()
	for i, f := range list {
		f()
		list[i] = nil
	}
	b.spare = list
}

// Post has f run on the scheduler's goroutine, soon, in the order of posting. f must be short and must not wait or
// raise. Any goroutine; while nothing runs, f is kept until the next Run.
func (s *Scheduler) Post(f func()) {
	s.inbox.put(f)
	// The running slice has been seen by the monitor: it is a long one, and must make room now.
	if n := s.slice.Load(); n&1 == 1 && n == s.seen.Load() {
		s.raise()
	}
}
