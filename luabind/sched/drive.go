package sched

import "sync"

// Who runs the scheduler. Its own goroutine does, except while it waits: then anybody who has something for the tasks
// may do it in its place, and save waking a thread of the system for it.
const (
	wheelTaken int32 = iota // the own goroutine runs, or no Run is on
	wheelFree               // it waits
	wheelLent               // another one drives
)

// driver is the goroutine that drives at the moment, as the monitor sees it.
type driver struct {
	mu    sync.Mutex
	count uint64 // odd while somebody drives
	late  func() // to be called once, when it takes long
	gone  bool   // late was called
}

// Drive runs tell, which posts what has come, and then the tasks that it makes ready, all on the calling goroutine, if the
// scheduler was waiting; else it only runs tell. It saves waking another thread, which is most of what one event costs.
//
// It returns when the tasks wait again. If that takes longer than one or two ticks of the monitor (2 ms each), late is
// called once, on the monitor's goroutine: whatever the caller has left undone must then be done by somebody else. late
// must not wait. It may also come a moment after Drive has returned, in which case it is to be ignored.
//
// Neither may be nil. Not to be called by a task, nor with anything locked that tasks or Post's functions lock.
func (s *Scheduler) Drive(tell, late func()) {
	if !s.inbox.wheel.CompareAndSwap(wheelFree, wheelLent) {
		tell()
		return
	}
	s.driver.begin(late)
	tell()
	due := s.steer()
	s.driver.end()
	s.inbox.wheel.Store(wheelFree)
	if due || s.inbox.some() {
		s.inbox.call()
	}
}

// steer is loop for somebody else; true when the own goroutine has to go on at once.
func (s *Scheduler) steer() bool {
	for {
		s.inbox.run()
		s.fireTimers()
		if s.until() || s.driver.replaced() {
			return true
		}
		if !s.turn() {
			break
		}
	}
	s.arm()
	return s.hopeless()
}

// rest gives the wheel away until there is something to do for the scheduler's own goroutine.
func (s *Scheduler) rest() {
	s.inbox.wheel.Store(wheelFree)
	if s.inbox.some() && s.inbox.wheel.CompareAndSwap(wheelFree, wheelTaken) {
		return
	}
	for {
		<-s.inbox.wake
		if s.inbox.wheel.CompareAndSwap(wheelFree, wheelTaken) {
			return
		}
	}
}

func (d *driver) begin(late func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count++
	d.late, d.gone = late, false
}

func (d *driver) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count++
	d.late = nil
}

func (d *driver) replaced() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.gone
}

// sample replaces the driver that was seen before, and gives what is to be seen the next time. The monitor's goroutine.
func (d *driver) sample(last uint64) uint64 {
	d.mu.Lock()
	late, n := d.late, d.count
	if n != last || n&1 == 0 || d.gone {
		late = nil
	}
	d.gone = d.gone || late != nil
	d.mu.Unlock()
	if late != nil {
		late()
	}
	return n
}
