package pie

import (
	"bytes"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// orphans are events of instances that nobody has registered yet. Queues are registered on the reader's goroutine
// when the launch answer is decoded, so only odd servers and re-attachments fill this; it is small and it forgets.
type orphans struct {
	byID  map[string]*orphanList
	bytes int
	limit int // of bytes
}

type orphanList struct {
	since  time.Time
	events []wire.Event // copies
	bytes  int

	// What ended it: nothing behind is kept.
	dropped, droppedBytes int                // did not fit
	broken                *wire.UnknownError // said nothing
}

// Bounds of the orphan buffer.
const (
	orphanInstances = 1024
	orphanAge       = time.Minute
)

// keep stores a copy of e.
func (t *routes) keep(e *wire.Event, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if list := t.orphan.of(e.ID, now); list != nil {
		t.orphan.store(list, e)
	}
}

// spoil notes that an event of id could not be understood.
func (t *routes) spoil(id string, why *wire.UnknownError, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if list := t.orphan.of([]byte(id), now); list != nil && list.whole() {
		list.broken = why
	}
}

func (l *orphanList) whole() bool { return l.dropped == 0 && l.broken == nil }

// of is what is kept for id, made if need be; nil where there is no room for one more.
func (o *orphans) of(id []byte, now time.Time) *orphanList {
	o.forget(now)
	list := o.byID[string(id)]
	if list == nil && len(o.byID) < orphanInstances {
		if o.byID == nil {
			o.byID = make(map[string]*orphanList)
		}
		list = &orphanList{since: now}
		o.byID[string(id)] = list
	}
	return list
}

func (o *orphans) store(list *orphanList, e *wire.Event) {
	said := len(e.Text) + len(e.Chunk.Data)
	size := said + 2*eventOverhead
	if !list.whole() || o.bytes+size > o.limit {
		list.dropped++
		list.droppedBytes += said
		return
	}
	c := *e
	c.ID, c.Text, c.Hash, c.Name = nil, bytes.Clone(e.Text), bytes.Clone(e.Hash), bytes.Clone(e.Name)
	c.Chunk.Data, c.Instances, c.Method = bytes.Clone(e.Chunk.Data), nil, nil
	list.events = append(list.events, c)
	list.bytes += size
	o.bytes += size
}

// forget drops what is too old. Events of one burst have about one age, so this is rarely more than a look.
func (o *orphans) forget(now time.Time) {
	if len(o.byID) < orphanInstances && o.bytes < o.limit/2 {
		return
	}
	for id, list := range o.byID {
		if now.Sub(list.since) > orphanAge {
			o.bytes -= list.bytes
			delete(o.byID, id)
		}
	}
}

// claim takes out what is kept for id; nil for nothing.
func (o *orphans) claim(id string) *orphanList {
	list := o.byID[id]
	if list != nil {
		delete(o.byID, id)
		o.bytes -= list.bytes
	}
	return list
}

// adopt registers i on the reader's goroutine and delivers what came for it before.
func (l *link) adopt(i *Instance) {
	i.link.Store(l)
	early, ok := l.routes.add(i)
	if !ok || early == nil {
		return
	}
	for k := range early.events {
		l.deliver(i, &early.events[k])
	}
	l.commit(i)
	switch {
	case early.broken != nil:
		l.failInstance(i, brokenEvent(early.broken))
	case early.dropped > 0:
		i.queue.lostEarly(l.c.cfg.EarlyBuffer, early)
		l.overflow(i)
	}
}
