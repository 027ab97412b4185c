package sched

// hogRound is how often a preempted task gets a turn while others can run.
const hogRound = 64

// turn gives every task that is ready one slice; false when none was.
func (s *Scheduler) turn() bool {
	batch := s.ready
	s.ready = s.spare[:0]
	s.rounds++
	s.pace.new = 0
	for i, t := range batch {
		batch[i] = nil
		if !s.pace.holdsBack(t) {
			s.runSlice(t)
		}
	}
	s.spare = batch
	ran := s.pace.letBegin() || len(batch) > 0
	if !ran || s.rounds%hogRound == 0 {
		return s.runHog() || ran
	}
	return true
}

// runHog gives the preempted task that has waited longest one slice.
func (s *Scheduler) runHog() bool {
	for len(s.hogs) > 0 {
		t := s.hogs[0]
		s.hogs = s.hogs[1:]
		if t.state == preempted { // else it was promoted meanwhile
			t.state = queued
			s.runSlice(t)
			return true
		}
	}
	return false
}

// runSlice runs one task until it waits or ends.
func (s *Scheduler) runSlice(t *Task) {
	if t.state != queued {
		return
	}
	if t.shell == nil {
		t.begin()
	}
	t.state, s.cur = active, t
	s.slice.Add(1)
	s.monitor.unpark()
	s.runUntilWait(t)
	s.slice.Add(1)
	s.cur = nil
	s.lower()
	if t.state == ended {
		s.retire(t)
	}
}
