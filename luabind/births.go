package luabind

import "sync"

// births are the launches that tasks have asked for. Few are sent behind the turn of the scheduler: on the stack of a
// task that would leave it large for good. Many are sent on another core while the tasks go on, in their order.
type births struct {
	rt   *Runtime
	list []*unborn // of this turn; scheduler's goroutine

	mu      sync.Mutex
	waiting []*unborn // for the other core
	sending bool
}

// manyBirths is how many launches of one turn make the other core worth its while.
const manyBirths = 16

// add has u sent soon. Scheduler's goroutine.
func (b *births) add(u *unborn) {
	b.list = append(b.list, u)
	switch len(b.list) {
	case 1:
		b.rt.sched.Post(b.send)
	case manyBirths:
		b.handOver()
	}
}

// send sends what is left at the end of a turn.
func (b *births) send() {
	b.mu.Lock()
	busy := b.sending
	b.mu.Unlock()
	if busy {
		b.handOver()
		return
	}
	for n, u := range b.list {
		u.send()
		b.list[n] = nil
	}
	b.list = b.list[:0]
}

// handOver gives the list to the other core.
func (b *births) handOver() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, b.list...)
	clear(b.list)
	b.list = b.list[:0]
	if !b.sending && len(b.waiting) > 0 {
		b.sending = true
		b.rt.work.Go(b.drain)
	}
}

// drain sends until nothing waits.
func (b *births) drain() {
	var list []*unborn
	for {
		b.mu.Lock()
		clear(list)
		list, b.waiting = b.waiting, list[:0]
		b.sending = len(list) > 0
		b.mu.Unlock()
		if len(list) == 0 {
			return
		}
		for _, u := range list {
			u.send()
		}
	}
}
