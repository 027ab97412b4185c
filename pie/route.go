package pie

import (
	"sync"

	"github.com/pierun/pierun/pie/wire"
)

// routes are the instances whose events a link carries. The reader looks up, mostly the same one as before, or the one
// that came behind it the last time: servers go through their instances in turn.
type routes struct {
	mu     sync.Mutex
	byID   map[string]*Instance
	last   *Instance // the reader's; it may have been removed meanwhile
	orphan orphans
	shut   bool
}

// find is the instance of id, without copying it. The reader's goroutine only.
func (t *routes) find(id []byte) *Instance {
	before := t.last
	if before != nil {
		if before.is(id) {
			return before
		}
		if next := before.follower.Load(); next != nil && next.is(id) {
			t.last = next
			return next
		}
	}
	t.mu.Lock()
	t.last = t.byID[string(id)]
	t.mu.Unlock()
	if before != nil && t.last != nil {
		before.follower.Store(t.last)
	}
	return t.last
}

// is tells whether events of id are for i.
func (i *Instance) is(id []byte) bool { return i.id == string(id) && i.routed.Load() }

func (t *routes) get(id string) *Instance {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byID[id]
}

// add registers i and gives what came for it before. The reader's goroutine only.
func (t *routes) add(i *Instance) (early *orphanList, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shut {
		return nil, false
	}
	t.byID[i.id] = i
	i.routed.Store(true)
	return t.orphan.claim(i.id), true
}

func (t *routes) remove(i *Instance) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byID[i.id] == i {
		delete(t.byID, i.id)
	}
	i.routed.Store(false)
	i.follower.Store(nil) // or a chain of ended ones would be kept
}

// all is a snapshot.
func (t *routes) all() []*Instance {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]*Instance, 0, len(t.byID))
	for _, i := range t.byID {
		list = append(list, i)
	}
	return list
}

// close hands out all of them and takes no more.
func (t *routes) close() []*Instance {
	list := t.all()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.shut = true
	for _, i := range list {
		i.routed.Store(false)
	}
	clear(t.byID)
	return list
}

// told brings one event of an instance to its queue.
func (l *link) told(e *wire.Event) {
	i := l.routes.find(e.ID)
	if i == nil {
		l.routes.keep(e, l.c.clock.Now())
		return
	}
	l.deliver(i, e)
}

func (l *link) deliver(i *Instance, e *wire.Event) {
	if e.Kind == wire.File {
		l.chunk(i, e)
		return
	}
	text := string(e.Text)
	if e.Kind == wire.Completed && text == unitResult && l.dialect.Features.UnitResult {
		text = ""
	}
	ev := Event{Kind: kinds[e.Kind], Size: len(text)}
	if box := l.c.cfg.Box; box != nil {
		ev.Value = box(text)
	} else {
		ev.Value = text
	}
	switch {
	case ev.Kind == Completed && l.cutShort(i, text):
	case ev.Kind.Terminal():
		l.push(i, ev)
	default:
		l.gather(i, ev)
	}
}

// unitResult is how the first servers write the result of a program that returns nothing.
const unitResult = "()"

// gather notes ev for the next pause, so that a burst takes the lock of its queue once.
func (l *link) gather(i *Instance, ev Event) {
	l.fresh++
	if len(i.fresh) == 0 {
		l.said = append(l.said, i)
		if i.first.Load() == 0 {
			i.first.Store(i.since())
		}
	}
	i.fresh = append(i.fresh, ev)
	i.freshCost += ev.cost()
}

// commit queues what was gathered for i. Everything that looks at the queue, or that lets somebody else do so, comes
// behind it.
func (l *link) commit(i *Instance) {
	if len(i.fresh) == 0 {
		return
	}
	batch, cost := i.fresh, i.freshCost
	i.freshCost = 0
	var out outcome
	var delta int64
	i.fresh, out, delta = i.queue.putAll(batch, cost)
	l.queued(i, out, delta)
}

func (l *link) commitAll() {
	for n, i := range l.said {
		l.said[n] = nil
		l.commit(i)
	}
	l.said = l.said[:0]
}

// push queues ev, ends the instance if it is terminal, and enforces the bounds.
func (l *link) push(i *Instance, ev Event) {
	l.commit(i)
	l.fresh++
	if i.first.Load() == 0 && !ev.Kind.Terminal() {
		i.first.Store(i.since())
	}
	if ev.Kind.Terminal() {
		if i.stamp(); l.noRoom(i, ev) {
			return
		}
	}
	out, delta := i.queue.put(ev)
	l.queued(i, out, delta)
	if ev.Kind.Terminal() {
		l.ended(i)
	}
}

// ended is what follows from the end that the server has told.
func (l *link) ended(i *Instance) {
	i.over(true)
	if i.parked.Load() {
		l.c.finished.keep(i)
	}
}

// queued does what follows from an offer to the queue of i.
func (l *link) queued(i *Instance, out outcome, delta int64) {
	unread := l.c.unread.Add(delta)
	switch out {
	case appended:
		l.dirty = append(l.dirty, i)
	case overflowed:
		l.overflow(i)
	}
	if unread > l.c.cfg.Buffer && delta > 0 {
		l.relieve(i)
	}
}

// settle ends i without a terminal event, once, and tells its consumer at once.
func (i *Instance) settle(s Status, failure *Error) bool {
	i.stamp()
	if !i.queue.settle(s, failure) {
		return false
	}
	i.over(failure == nil || failure.Running == False)
	i.queue.publish()
	return true
}

// stamp is what has to be done before anybody can learn that the instance has ended: the time is noted, and no half of
// a file is left.
func (i *Instance) stamp() {
	i.ended.CompareAndSwap(0, i.since())
	i.dropFiles()
}

// over clears up behind a settled instance; ended says that it is known not to run any more.
func (i *Instance) over(ended bool) {
	if l := i.link.Load(); l != nil {
		l.routes.remove(i)
		l.relay.forget(i.id)
	}
	i.release()
	if ended {
		i.confirmed.Store(true)
		i.client.hasEnded(i.id)
	}
}
