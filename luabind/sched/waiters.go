package sched

import (
	lua "github.com/yuin/gopher-lua"
)

// waiter is one task in the queue of a channel, a semaphore or a limiter. Whoever serves it claims it, which decides
// the wait; a task that leaves its wait after it was claimed has to give back what it got.
type waiter struct {
	t       *Task
	value   lua.LValue // what is sent, or was received
	n       float64    // how many tokens
	claimed bool
	closed  bool       // claimed by the close of the channel
	sel     *selection // the select it is a part of, nil for a wait of its own
	index   int        // of the case

	queue      *waitQueue // nil when it is in none
	next, prev *waiter
}

// selection is one select that waits: the first claim decides it for all its waiters.
type selection struct {
	winner *waiter
	over   bool
}

// waitQueue is a queue of waiters, first come, first served.
type waitQueue struct {
	first, last *waiter
}

func (q *waitQueue) push(w *waiter) {
	w.queue, w.prev = q, q.last
	if q.last != nil {
		q.last.next = w
	} else {
		q.first = w
	}
	q.last = w
}

// remove takes w out; harmless when it is out already.
func (w *waiter) remove() {
	q := w.queue
	if q == nil {
		return
	}
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		q.first = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		q.last = w.prev
	}
	w.queue, w.next, w.prev = nil, nil, nil
}

// ready is the first waiter that can be claimed by a task other than its own; nil for none.
func (q *waitQueue) ready() *waiter {
	for w := q.first; w != nil; w = w.next {
		if w.sel == nil || !w.sel.over {
			return w
		}
	}
	return nil
}

// claim takes the first waiter out and wakes it; nil for none.
func (q *waitQueue) claim() *waiter {
	w := q.ready()
	if w == nil {
		return nil
	}
	w.remove()
	w.claimed = true
	if w.sel != nil {
		w.sel.over, w.sel.winner = true, w
	}
	w.t.Wake()
	return w
}
