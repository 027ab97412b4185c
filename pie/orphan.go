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
	events []orphanEvent
	bytes  int
	holes  bool // some did not fit: what is here is not all
}

// orphanEvent is a copy of an event, for later.
type orphanEvent struct {
	event wire.Event
	hole  bool // instead of an event: some are missing from here on
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
	o := &t.orphan
	o.forget(now)
	list := o.byID[string(e.ID)]
	if list == nil {
		if len(o.byID) >= orphanInstances {
			return
		}
		if o.byID == nil {
			o.byID = make(map[string]*orphanList)
		}
		list = &orphanList{since: now}
		o.byID[string(e.ID)] = list
	}
	o.store(list, e)
}

func (o *orphans) store(list *orphanList, e *wire.Event) {
	size := len(e.Text) + len(e.Chunk.Data) + 2*eventOverhead
	if list.holes || o.bytes+size > o.limit {
		list.holes = true
		return
	}
	c := *e
	c.ID, c.Text, c.Hash, c.Name = nil, bytes.Clone(e.Text), bytes.Clone(e.Hash), bytes.Clone(e.Name)
	c.Chunk.Data, c.Instances, c.Method = bytes.Clone(e.Chunk.Data), nil, nil
	list.events = append(list.events, orphanEvent{event: c})
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

// claim takes out what is kept for id.
func (o *orphans) claim(id string) []orphanEvent {
	list := o.byID[id]
	if list == nil {
		return nil
	}
	delete(o.byID, id)
	o.bytes -= list.bytes
	if list.holes {
		list.events = append(list.events, orphanEvent{hole: true})
	}
	return list.events
}

// adopt registers i on the reader's goroutine and delivers what came for it before.
func (l *link) adopt(i *Instance) {
	i.link.Store(l)
	early, ok := l.routes.add(i)
	if !ok {
		return
	}
	for k := range early {
		if early[k].hole {
			l.overflow(i)
			return
		}
		l.deliver(i, &early[k].event)
	}
}
