package pie

import (
	"cmp"
	"fmt"
	"slices"
)

// overflow is what happens to an instance whose queue has failed at a bound: it delivers what was queued, then its
// error, and the server is asked to end it. The others do not notice. On the reader's goroutine.
func (l *link) overflow(i *Instance) {
	i.stamp()
	i.queue.settle(StatusOverflowed, nil)
	i.release()
	i.queue.mu.Lock()
	i.queue.dirty = true
	i.queue.mu.Unlock()
	l.dirty = append(l.dirty, i)
	l.c.reap(l, i)
}

// relieve lets the largest queue of the link fail when all of the client's together are over its bound; grown is the one
// whose event took them there.
func (l *link) relieve(grown *Instance) {
	worst, most := l.nextLargest()
	if !grown.Settled() && grown.queue.size() > most {
		worst = grown
	}
	if worst == nil {
		return
	}
	worst.queue.mu.Lock()
	worst.queue.shared = l.c.cfg.Buffer
	worst.queue.mu.Unlock()
	l.overflow(worst)
}

// sized is a queue's owner and how large it was.
type sized struct {
	i     *Instance
	bytes int64
}

// largestKept is how many queues are remembered from one look at all of them: with thousands that fail one after the
// other, the reader could not look at all each time.
const largestKept = 1024

// nextLargest is the largest queue, as far as the last look at all of them tells; nil if all are empty.
func (l *link) nextLargest() (*Instance, int64) {
	for range 2 {
		for n := len(l.largest); n > 0; n-- {
			s := l.largest[n-1]
			l.largest = l.largest[:n-1]
			if now := s.i.queue.size(); now >= s.bytes && !s.i.Settled() {
				return s.i, now
			}
		}
		l.lookForLargest()
	}
	return nil, 0
}

func (l *link) lookForLargest() {
	var all []sized
	for _, i := range l.routes.all() {
		if n := i.queue.size(); n > 0 && !i.Settled() {
			all = append(all, sized{i, n})
		}
	}
	slices.SortFunc(all, func(a, b sized) int { return cmp.Compare(a.bytes, b.bytes) })
	l.largest = append(l.largest[:0], all[max(0, len(all)-largestKept):]...)
}

// smallEnd is the largest end of an instance that is taken whatever the client's bound says.
const smallEnd = 4 << 10

// noRoom says whether the end of i is so large that it does not fit the client's bound any more; i has then failed at it,
// and nothing runs that would have to be ended.
func (l *link) noRoom(i *Instance, end Event) bool {
	if end.Size <= smallEnd || l.c.unread.Load()+end.cost() <= l.c.cfg.Buffer {
		return false
	}
	i.queue.refuse(end, l.c.cfg.Buffer)
	l.dirty = append(l.dirty, i)
	l.ended(i)
	return true
}

// overflowError tells what was dropped so far.
func (q *queue) overflowError(id string) *Error {
	q.mu.Lock()
	defer q.mu.Unlock()
	e := &Error{Kind: KindOverflow, Op: "recv", InstanceID: id, Running: False,
		Message: fmt.Sprintf("nobody read what the instance said: its bound of %d bytes was reached and %d events of %d bytes were dropped", q.limit, q.dropped, q.droppedBytes),
		Hint:    "read it as it comes, raise the buffer of this launch, or let the program say less"}
	switch {
	case q.early > 0:
		e.Message = fmt.Sprintf("the instance spoke before the server told its id: the bound of %d bytes for that was reached, and %d events of %d bytes were dropped", q.early, q.dropped, q.droppedBytes)
		e.Hint = "raise the early_buffer of the client, or let the program say less before it is heard"
	case q.shared > 0:
		e.Message = fmt.Sprintf("nobody read what the instances said: the client's bound of %d bytes was reached, and of this one %d events of %d bytes were dropped", q.shared, q.dropped, q.droppedBytes)
		e.Hint = "read them as it comes, run fewer at once, raise the buffer of the client, or let the programs say less"
	}
	return e
}

// lostEarly notes what was dropped before there was a queue.
func (q *queue) lostEarly(bound int64, early *orphanList) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.settled {
		return
	}
	q.early = bound
	q.received += int64(early.dropped)
	q.dropped += int64(early.dropped)
	q.droppedBytes += int64(early.droppedBytes)
}

// refuse ends the queue at the bound of all together: delivered is what was queued, e is dropped.
func (q *queue) refuse(e Event, shared int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.settled {
		return
	}
	q.received++
	q.drop(e)
	q.shared = shared
	q.finish(StatusOverflowed, nil)
	q.dirty = true
}
