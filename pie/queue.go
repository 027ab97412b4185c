package pie

import (
	"sync"
)

// queue is what one instance has told and nobody has taken yet, and how it stands. The reader appends, any goroutine
// takes; no call waits longer than for the lock.
type queue struct {
	mu     sync.Mutex
	events []Event
	bytes  int64  // cost of events
	limit  int64  // bound of bytes; an empty queue takes one event whatever its size
	shared int64  // the bound of all queues together, if that was the one that failed it
	early  int64  // … or that of what comes before the instance is known
	ready  func() // called when there is something new after there was nothing
	deaf   bool   // nobody will read it: nothing but the end is kept
	dirty  bool   // in the reader's list of queues to tell about

	status  Status
	settled bool
	failure *Error        // why it settled without a terminal event
	done    chan struct{} // made when somebody asks; closed at settlement
	wake    chan struct{} // made for Next

	received              int64 // events that were offered in all
	dropped, droppedBytes int64 // what came after the overflow, or was pushed out while parked
}

// keepCap is how many events a buffer may have room for and still be kept though far fewer come now.
const keepCap = 1024

// outcome says what became of an event that was offered to a queue.
type outcome uint8

const (
	silent     outcome = iota // appended or dropped, and there is nothing to tell
	appended                  // the consumer has to be told
	overflowed                // the queue has just failed at its bound
)

// put offers one event; delta is by how much the unread bytes grew. A terminal event always fits and settles the
// queue. A parked queue makes room by dropping its oldest events, any other fails at its bound.
func (q *queue) put(e Event) (out outcome, delta int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.received++
	if q.settled || q.deaf && !e.Kind.Terminal() {
		q.drop(e)
		return silent, 0
	}
	cost := e.cost()
	if e.Kind.Terminal() {
		q.finish(statusOf(e.Kind), nil)
	} else if q.bytes > 0 && q.bytes+cost > q.limit {
		if q.status != StatusDetached {
			q.drop(e)
			q.finish(StatusOverflowed, nil)
			return overflowed, 0
		}
		delta = -q.pushOut(cost)
	}
	q.events = append(q.events, e)
	q.bytes += cost
	return q.told(1), delta + cost
}

// putAll offers a batch of events that do not end the instance, cost bytes in all. The batch is the queue's from then
// on; spare is a buffer to fill next.
func (q *queue) putAll(batch []Event, cost int64) (spare []Event, out outcome, delta int64) {
	q.mu.Lock()
	fits := !q.settled && !q.deaf && q.bytes+cost <= q.limit
	if fits {
		q.received += int64(len(batch))
		q.bytes += cost
		spare = q.append(batch)
		out = q.told(len(batch))
		q.mu.Unlock()
		return spare, out, cost
	}
	q.mu.Unlock()
	for _, e := range batch {
		one, d := q.put(e)
		delta += d
		if one != silent && out != overflowed {
			out = one
		}
	}
	clear(batch)
	return batch[:0], out, delta
}

// append adds the batch: a large one by swapping buffers where the queue is empty. Small ones are copied, so that an
// instance that says little at a time has small buffers.
func (q *queue) append(batch []Event) (spare []Event) {
	if len(q.events) == 0 && len(batch) > swapFrom {
		q.events, batch = batch, q.events
		return batch[:0]
	}
	q.events = append(q.events, batch...)
	clear(batch)
	if cap(batch) > swapFrom && cap(batch) > 4*len(batch) {
		return nil
	}
	return batch[:0]
}

// swapFrom is the largest batch that is copied.
const swapFrom = 16

// told says whether the reader has to put the queue on its list, n events having come.
func (q *queue) told(n int) outcome {
	if q.dirty || len(q.events) > n && !q.settled {
		return silent
	}
	q.dirty = true
	return appended
}

// finish settles the queue; with the lock held.
func (q *queue) finish(s Status, failure *Error) {
	q.settled, q.status, q.failure = true, s, failure
	if q.done != nil {
		close(q.done)
	}
}

func (q *queue) drop(e Event) {
	q.dropped++
	q.droppedBytes += int64(e.Size)
}

// pushOut drops the oldest events until cost more fits.
func (q *queue) pushOut(cost int64) (freed int64) {
	n := 0
	for n < len(q.events) && q.bytes-freed+cost > q.limit {
		freed += q.events[n].cost()
		q.drop(q.events[n])
		n++
	}
	rest := copy(q.events, q.events[n:])
	clear(q.events[rest:])
	q.events = q.events[:rest]
	q.bytes -= freed
	return freed
}

// take moves everything to the caller: by swapping buffers when dst is empty, else by copying.
func (q *queue) take(dst []Event) (out []Event, cost int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	cost, q.bytes = q.bytes, 0
	if len(q.events) == 0 {
		return dst, cost
	}
	if len(dst) > 0 {
		dst = append(dst, q.events...)
		clear(q.events)
		q.events = q.events[:0]
		return dst, cost
	}
	if cap(dst) > keepCap && cap(dst) > 4*len(q.events) {
		dst = nil
	}
	out, q.events = q.events, dst
	return out, cost
}

// settle ends the queue without an event, once; later calls change nothing and report false.
func (q *queue) settle(s Status, failure *Error) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.settled {
		return false
	}
	q.finish(s, failure)
	q.dirty = true
	return true
}

func (q *queue) state() (s Status, settled bool, failure *Error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.status, q.settled, q.failure
}

func (q *queue) size() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes
}
