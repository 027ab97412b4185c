package pie

import (
	"sync"

	"github.com/pierun/pierun/pie/wire"
)

// routes are the instances whose events a link carries. The reader looks up, mostly the same one as before.
type routes struct {
	mu     sync.Mutex
	byID   map[string]*Instance
	last   *Instance
	orphan orphans
	shut   bool
}

// find is the instance of id, without copying it.
func (t *routes) find(id []byte) *Instance {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last != nil && t.last.id == string(id) {
		return t.last
	}
	t.last = t.byID[string(id)]
	return t.last
}

func (t *routes) get(id string) *Instance {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byID[id]
}

// add registers i and gives what came for it before.
func (t *routes) add(i *Instance) (early []orphanEvent, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shut {
		return nil, false
	}
	t.byID[i.id] = i
	return t.orphan.claim(i.id), true
}

func (t *routes) remove(i *Instance) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byID[i.id] == i {
		delete(t.byID, i.id)
	}
	if t.last == i {
		t.last = nil
	}
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
	t.shut, t.last = true, nil
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
	ev := Event{Kind: kinds[e.Kind], Size: len(text)}
	if box := l.c.cfg.Box; box != nil {
		ev.Value = box(text)
	} else {
		ev.Value = text
	}
	l.push(i, ev)
}

// push queues ev, ends the instance if it is terminal, and enforces the bounds.
func (l *link) push(i *Instance, ev Event) {
	l.fresh++
	if i.first.Load() == 0 && !ev.Kind.Terminal() {
		i.first.Store(i.since())
	}
	out, delta := i.queue.put(ev)
	unread := l.c.unread.Add(delta)
	switch {
	case out == appended:
		l.dirty = append(l.dirty, i)
	case out == overflowed:
		l.overflow(i)
	}
	if unread > l.c.cfg.Buffer && delta > 0 {
		l.relieve()
	}
	if ev.Kind.Terminal() {
		i.over(true)
		if i.parked.Load() {
			l.c.finished.keep(i)
		}
	}
}

// settle ends i without a terminal event, once, and tells its consumer at once.
func (i *Instance) settle(s Status, failure *Error) bool {
	if !i.queue.settle(s, failure) {
		return false
	}
	i.over(failure == nil || failure.Running == False)
	i.queue.publish()
	return true
}

// over clears up behind a settled instance; ended says that it is known not to run any more.
func (i *Instance) over(ended bool) {
	i.ended.CompareAndSwap(0, i.since())
	if l := i.link.Load(); l != nil {
		l.routes.remove(i)
	}
	i.dropFiles()
	i.release()
	if ended {
		i.client.journal.Ended(i.id)
	}
}
