package sched

import (
	"sync/atomic"
	"time"
)

const (
	// tick is how often the monitor looks; a task runs alone for at most two of them while others can run.
	tick = 2 * time.Millisecond
	// quietTicks is after how many looks at an idle scheduler the monitor parks.
	quietTicks = 8
)

// monitor is a goroutine that watches the slices of the scheduler and has long ones interrupted. It measures the
// processor, so it goes by real time, not by the Clock. It parks while the scheduler is idle.
type monitor struct {
	parked atomic.Bool
	wake   chan struct{}
	quit   chan struct{}
	ended  chan struct{}
}

// startMonitor begins to watch; stopMonitor ends it.
func (s *Scheduler) startMonitor() {
	s.monitor.wake = make(chan struct{}, 1)
	s.monitor.quit = make(chan struct{})
	s.monitor.ended = make(chan struct{})
	s.monitor.parked.Store(false)
	go s.watch()
}

func (s *Scheduler) stopMonitor() {
	close(s.monitor.quit)
	<-s.monitor.ended
	s.lower()
}

func (s *Scheduler) watch() {
	m := &s.monitor
	defer close(m.ended)
	timer := time.NewTimer(tick)
	defer timer.Stop()
	last, quiet, drive := s.slice.Load(), 0, uint64(0)
	for {
		select {
		case <-m.quit:
			return
		case <-timer.C:
		}
		last, quiet = s.sample(last, quiet)
		drive = s.driver.sample(drive)
		if quiet >= quietTicks {
			if !m.park(s, last) {
				return
			}
			quiet = 0
		}
		timer.Reset(tick)
	}
}

// sample compares the slice with the one seen before: the same one, still running, is interrupted.
func (s *Scheduler) sample(last uint64, quiet int) (uint64, int) {
	n := s.slice.Load()
	s.seen.Store(n)
	switch {
	case n != last:
		return n, 0
	case n&1 == 1:
		s.raise()
		return n, 0
	}
	return n, quiet + 1
}

// park waits until the scheduler runs something again; false means to end.
func (m *monitor) park(s *Scheduler, last uint64) bool {
	m.parked.Store(true)
	if s.slice.Load() != last && m.parked.CompareAndSwap(true, false) {
		return true
	}
	select {
	case <-m.wake:
		return true
	case <-m.quit:
		return false
	}
}

// unpark is called at the beginning of each slice.
func (m *monitor) unpark() {
	if m.parked.Load() && m.parked.CompareAndSwap(true, false) {
		m.wake <- struct{}{}
	}
}
