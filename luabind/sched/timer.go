package sched

import (
	"container/heap"
	"time"
)

// expirer is what a timer stands for.
type expirer interface{ expire() }

// timer is one entry of the scheduler's timers. The zero value is not set. It belongs to the scheduler's goroutine.
type timer struct {
	when  time.Duration // on the clock of Now
	seq   uint64        // earlier ones first at the same time
	at    int           // place in the heap + 1; 0: not set
	owner expirer
}

// timers is all timers of a scheduler, of which the Clock sees only the next. Scheduler's goroutine.
type timers struct {
	list  []*timer
	seq   uint64
	armed time.Duration // what the Clock was asked for
	stop  func() bool   // nil: nothing is armed
}

func (ts *timers) Len() int { return len(ts.list) }
func (ts *timers) Less(i, j int) bool {
	a, b := ts.list[i], ts.list[j]
	return a.when < b.when || a.when == b.when && a.seq < b.seq
}
func (ts *timers) Swap(i, j int) {
	ts.list[i], ts.list[j] = ts.list[j], ts.list[i]
	ts.list[i].at, ts.list[j].at = i+1, j+1
}
func (ts *timers) Push(x any) {
	t := x.(*timer)
	ts.list = append(ts.list, t)
	t.at = len(ts.list)
}
func (ts *timers) Pop() any {
	t := ts.list[len(ts.list)-1]
	ts.list[len(ts.list)-1] = nil
	ts.list = ts.list[:len(ts.list)-1]
	t.at = 0
	return t
}

// set has owner expire at when, with the timer at t, which is made if need be; one that is set already is moved.
func (ts *timers) set(at **timer, when time.Duration, owner expirer) {
	if *at == nil {
		*at = new(timer)
	}
	t := *at
	ts.clear(t)
	ts.seq++
	t.when, t.seq, t.owner = when, ts.seq, owner
	heap.Push(ts, t)
}

// clear takes a timer out; one that is not set, or was never made, is left alone.
func (ts *timers) clear(t *timer) {
	if t == nil {
		return
	}
	if t.at > 0 {
		heap.Remove(ts, t.at-1)
	}
	t.owner = nil
}

// fire lets everything expire that is due.
func (ts *timers) fire(now time.Duration) {
	for len(ts.list) > 0 && ts.list[0].when <= now {
		t := heap.Pop(ts).(*timer)
		owner := t.owner
		t.owner = nil
		owner.expire()
	}
}

// arm asks the clock to signal at the next timer, unless it already will.
func (s *Scheduler) arm() {
	ts := &s.timers
	if len(ts.list) == 0 {
		s.disarm()
		return
	}
	next := ts.list[0].when
	if ts.stop != nil && ts.armed == next {
		return
	}
	s.disarm()
	ts.armed = next
	ts.stop = s.clock.AfterFunc(next-s.Now(), s.inbox.signal)
}

func (s *Scheduler) disarm() {
	if s.timers.stop != nil {
		s.timers.stop()
		s.timers.stop = nil
	}
}

// fireTimers runs what is due and forgets an armed signal whose time has passed.
func (s *Scheduler) fireTimers() {
	if len(s.timers.list) == 0 {
		return
	}
	now := s.Now()
	if s.timers.stop != nil && s.timers.armed <= now {
		s.disarm()
	}
	s.timers.fire(now)
}

// funcTimer is a timer of the host.
type funcTimer struct {
	timer *timer
	f     func()
}

func (ft *funcTimer) expire() { ft.f() }

// After runs f on the scheduler's goroutine once d has passed; f must be short and must not wait. stop takes it back
// (scheduler's goroutine too). A set timer counts as something that may still happen: no deadlock is reported.
func (s *Scheduler) After(d time.Duration, f func()) (stop func()) {
	ft := &funcTimer{f: f}
	s.timers.set(&ft.timer, s.Now()+d, ft)
	return func() { s.timers.clear(ft.timer) }
}

// systemClock is the clock of a Config without one.
type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }
func (systemClock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	return time.AfterFunc(d, f).Stop
}
