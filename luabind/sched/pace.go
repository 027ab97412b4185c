package sched

import "time"

const (
	// crowd is how many answers may be due before tasks that have not begun wait. Of thousands that are spawned to launch
	// something, many have ended then before the last begin: those run on their stacks, and in memory that is still in
	// the processor's caches.
	crowd = 256

	// A task is held back only while answers come, one at least every patience, and in no case longer than holdBack.
	patience = 20 * time.Millisecond
	holdBack = 250 * time.Millisecond
)

// pace holds tasks back that have not begun while many answers are due. Scheduler's goroutine.
type pace struct {
	s    *Scheduler
	due  int
	came int     // answers, ever
	held []*Task // in the order of their turns
	open bool    // holding back is of no use: no answers come
	new  int     // first slices in this turn

	since time.Duration // from when on some are held
	seen  int           // came, at the last look
	timer *timer        // of the next one
}

// Expect is Hold for an answer that is on its way and should come soon: while hundreds are, tasks that have not begun
// wait, for a quarter of a second at most. Each is paired with one Came. Scheduler's goroutine.
func (s *Scheduler) Expect() {
	s.Hold()
	s.pace.due++
}

// Came ends an Expect, as Release ends a Hold. Scheduler's goroutine.
func (s *Scheduler) Came() {
	s.pace.due--
	s.pace.came++
	s.Release()
}

// admits counts one more task that begins, unless it shall not begin now. What has come waits for no more than a crowd.
func (p *pace) admits() bool {
	if p.due < crowd && len(p.held) == 0 {
		p.open = false
	}
	if p.new == crowd || p.due >= crowd && !p.open {
		return false
	}
	p.new++
	return true
}

// holdsBack keeps t for a later turn if it has not begun and shall not now, or if others were kept before it.
func (p *pace) holdsBack(t *Task) bool {
	if t.shell != nil || len(p.held) == 0 && p.admits() {
		return false
	}
	if len(p.held) == 0 {
		p.since, p.seen = p.s.Now(), p.came
		p.s.timers.set(&p.timer, p.since+patience, p)
	}
	p.held = append(p.held, t)
	return true
}

// letBegin gives those that were held back their first slices, as far as there is room; it tells whether any got one.
func (p *pace) letBegin() bool {
	n := 0
	for ; n < len(p.held) && p.admits(); n++ {
		p.s.runSlice(p.held[n])
		p.held[n] = nil
	}
	if p.held = p.held[n:]; n > 0 && len(p.held) == 0 {
		p.held = nil
		p.s.timers.clear(p.timer)
	}
	return n > 0
}

// expire looks whether answers still come.
func (p *pace) expire() {
	now := p.s.Now()
	p.open = p.came == p.seen || now-p.since >= holdBack
	p.seen = p.came
	p.s.timers.set(&p.timer, now+patience, p)
}
