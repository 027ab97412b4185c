package sched

// hogRound is how often a preempted task gets a turn while others can run.
const hogRound = 64

// answerRound is after how many first slices of tasks it is looked what has come from outside meanwhile. A look costs a
// switch between the goroutines that send, read and run the tasks, a task that waits for its first slice little.
const answerRound = 256

// turn gives every task that is ready one slice; false when none was.
func (s *Scheduler) turn() bool {
	batch := s.ready
	s.ready = s.spare[:0]
	s.rounds++
	for i, t := range batch {
		batch[i] = nil
		if t.shell == nil {
			s.beginners++
		}
		s.runSlice(t)
		if s.beginners == answerRound {
			s.answer()
		}
	}
	s.spare = batch
	if len(batch) == 0 || s.rounds%hogRound == 0 {
		return s.runHog() || len(batch) > 0
	}
	return true
}

// answer gives the tasks that something from outside has woken their slices between the first slices of others. Of
// thousands that are spawned together to launch something, many end before the last begin, which then run on their stacks.
func (s *Scheduler) answer() {
	s.beginners = 0
	before := len(s.ready)
	s.inbox.run()
	woken := append(s.woken[:0], s.ready[before:]...)
	clear(s.ready[before:])
	s.ready = s.ready[:before]
	for i, t := range woken {
		woken[i] = nil
		s.runSlice(t)
	}
	s.woken = woken
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
