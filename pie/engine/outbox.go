package engine

import (
	"sync"

	"github.com/pierun/pierun/pie/wire"
)

// outboxBytes is the size of the waiting frames at which an outbox is full, whatever their number.
const outboxBytes = 4 << 20

// outbox is what waits to be written to one connection: encoded frames, in order, bounded. The writer takes all of
// them at once. What has to wait for room is woken in the order it came.
type outbox struct {
	dialect *wire.Dialect
	meter   func(int)
	limit   int // events; control frames and ends do not count

	mu      sync.Mutex
	filled  sync.Cond // for the writer
	drained sync.Cond // for the reader goroutine of the same connection
	frames  []byte
	events  int
	spare   []byte
	payload []byte
	event   wire.Event
	waiting []*process

	state    outboxState
	cutAfter int  // events until the connection is cut; 0: never
	cut      bool // that has happened
}

type outboxState uint8

const (
	outboxOpen   outboxState = iota
	outboxSealed             // what is in it is still written, then the connection ends
	outboxClosed             // nothing is written any more
)

func newOutbox(d *wire.Dialect, meter func(int), limit int) *outbox {
	o := &outbox{dialect: d, meter: meter, limit: limit}
	o.filled.L, o.drained.L = &o.mu, &o.mu
	return o
}

// offer queues n about p, or says that it cannot now. p is woken when there may be room, or when its connection, if
// that is ending, has let go of it.
func (o *outbox) offer(p *process, n *note) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.state != outboxOpen:
		return false
	case o.full():
		o.waiting = append(o.waiting, p)
		return false
	}
	o.put(p, n)
	return true
}

// force queues n whether there is room or not: for what is bounded by other means.
func (o *outbox) force(p *process, n *note) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.put(p, n)
}

// send queues an event that is no process's, an answer above all. It waits while the reader is behind, so that who
// does not read cannot ask without end.
func (o *outbox) send(e *wire.Event) {
	o.awaitRoom()
	o.tell(e)
}

// awaitRoom waits while the reader of this connection is behind.
func (o *outbox) awaitRoom() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.full() {
		o.drained.Wait()
	}
}

// tell queues an event that is bounded by the commands that were taken, without waiting.
func (o *outbox) tell(e *wire.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.encode(e)
}

// control queues a frame that does not count as an event.
func (o *outbox) control(op byte, payload []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.state == outboxOpen {
		o.append(op, payload)
	}
}

func (o *outbox) full() bool {
	return o.state == outboxOpen && (o.events >= o.limit || len(o.frames) >= outboxBytes)
}

// put fills the one reused event: nothing is allocated for a piece of output.
func (o *outbox) put(p *process, n *note) {
	e := &o.event
	e.Kind, e.Chunk = n.kind, n.chunk
	e.ID = append(e.ID[:0], p.id...)
	e.Text = append(e.Text[:0], n.text...)
	e.Hash = append(e.Hash[:0], n.hash...)
	e.Name = append(e.Name[:0], n.name...)
	o.encode(e)
	e.Chunk.Data = nil
	if cap(e.Text) > 1<<16 {
		e.Text = nil
	}
}

func (o *outbox) encode(e *wire.Event) {
	if o.state != outboxOpen {
		return
	}
	payload, text, err := o.dialect.EncodeEvent(o.payload[:0], e)
	if err != nil {
		return // this generation has no such event: stdout on 0.1
	}
	op := byte(opBinary)
	if text {
		op = opText
	}
	o.append(op, payload)
	o.events++
	o.payload = reusable(payload)
	o.countDown()
}

func (o *outbox) append(op byte, payload []byte) {
	if len(o.frames) == 0 {
		o.meter(+1)
		o.filled.Signal()
	}
	o.frames = appendFrame(o.frames, op, payload)
}

// countDown seals the outbox after the number of events that a fault allows.
func (o *outbox) countDown() {
	if o.cutAfter == 0 {
		return
	}
	if o.cutAfter--; o.cutAfter == 0 {
		o.state, o.cut = outboxSealed, true
	}
}

// seal lets what is queued be written and nothing more.
func (o *outbox) seal() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.state == outboxOpen {
		o.state = outboxSealed
	}
	o.filled.Signal()
}

// close drops what is queued and lets everybody go on: a process that is told so finds out where it stands.
func (o *outbox) close() {
	o.mu.Lock()
	had := len(o.frames) > 0
	o.state, o.frames, o.events = outboxClosed, nil, 0
	waiting := o.waiting
	o.waiting = nil
	o.filled.Signal()
	o.drained.Signal()
	o.mu.Unlock()
	if had {
		o.meter(-1)
	}
	wakeAll(waiting)
}

// take waits for frames and gives all of them. last says that nothing follows; no frames and last: it is over.
func (o *outbox) take() (frames []byte, last bool) {
	o.mu.Lock()
	for len(o.frames) == 0 && o.state == outboxOpen {
		o.filled.Wait()
	}
	frames, o.frames, o.events = o.frames, o.spare, 0
	o.spare = nil
	last = o.state != outboxOpen
	waiting := o.room()
	o.drained.Signal()
	o.mu.Unlock()
	wakeAll(waiting)
	return frames, last
}

// room is who may go on now: as many as there are places. Each of them brings an event, or has ended, which brings
// one too, so that the others' turn comes.
func (o *outbox) room() []*process {
	n := min(len(o.waiting), o.limit)
	first := o.waiting[:n:n]
	o.waiting = o.waiting[n:]
	if len(o.waiting) == 0 {
		o.waiting = nil
	}
	return first
}

// written gives the frames back for reuse.
func (o *outbox) written(frames []byte) {
	o.mu.Lock()
	if o.spare == nil {
		o.spare = reusable(frames)
	}
	o.mu.Unlock()
	o.meter(-1)
}

// reusable is b emptied, or nothing when it has grown too large to keep.
func reusable(b []byte) []byte {
	if cap(b) > 1<<20 {
		return nil
	}
	return b[:0]
}

func wakeAll(processes []*process) {
	for _, p := range processes {
		p.wake()
	}
}
