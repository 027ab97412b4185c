package pie

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// aborted handles the gateway's word that some stream of this connection died; it names none. Those of ours that
// still run are attached to again, which replays what was missed; the others are lost.
func (l *link) aborted() {
	if !l.dialect.Features.Reattach {
		return
	}
	l.shaken.Store(true) // ends get lost then
	if l.aborts.Add(1) > 1 {
		return // one word comes for each stream: whoever is at it goes round once more
	}
	l.held.begin()
	l.doubt()
	l.c.background(func() {
		defer l.letGo()
		for n := l.aborts.Load(); ; n = l.aborts.Load() {
			l.reattachAll()
			if l.aborts.CompareAndSwap(n, 0) || l.dead() {
				return
			}
		}
	})
}

// letGo sends the messages that were held back.
func (l *link) letGo() {
	for _, cmd := range l.held.end() {
		if l.post(&cmd, "send") != nil {
			return // the link is gone, and its instances know
		}
	}
}

// reattachMost is the longest pause between two tries: a gateway takes about a second to find its worker again.
const reattachMost = time.Second

func (l *link) reattachAll() {
	ctx, cancel := l.c.within(l.c.life, l.c.cfg.RequestTimeout, "attaching again")
	defer cancel()
	left, back := l.reattach(ctx, l.routes.all())
	for pause := backoffFirst; len(left) > 0; pause = min(2*pause, reattachMost) {
		if !l.c.sleep(ctx, pause) {
			break
		}
		var more []*Instance
		left, more = l.reattach(ctx, left)
		back = append(back, more...)
	}
	for _, i := range left {
		i.settle(StatusLost, streamGone(i.id))
	}
	l.tellGaps(back)
}

// reattach goes through live once. It gives those of which it could not find out, as the gateway has no worker yet, and
// those that were attached to again.
func (l *link) reattach(ctx context.Context, live []*Instance) (left, back []*Instance) {
	there, err := l.roll(ctx)
	if l.dead() {
		return nil, nil // which settles them all
	}
	if err != nil {
		return live, nil
	}
	for _, i := range live {
		if i.Settled() {
			continue
		}
		if !there.has(i.id) {
			i.settle(StatusLost, streamLost(i.id))
			continue
		}
		done, again := l.resume(ctx, i)
		if !done {
			left = append(left, i)
		}
		if again {
			back = append(back, i)
		}
	}
	return left, back
}

// resume attaches to a running instance of this very connection again; not done when that remains to be tried. A
// refusal may say that its stream never died.
func (l *link) resume(ctx context.Context, i *Instance) (done, again bool) {
	r := &request{op: "attach", kind: wire.Attach, answered: func(*link) { i.gapped = true }}
	a := l.do(ctx, &wire.Command{Kind: wire.Attach, ID: i.id}, r, l.c.cfg.RequestTimeout)
	if a.err == nil && !a.ok && missing(a.text) {
		i.settle(StatusLost, streamLost(i.id))
	}
	never := strings.Contains(a.text, "already attached")
	switch {
	case a.ok:
		i.tellDoubt()
	case never:
		i.doubtful.Store(0)
	}
	return i.Settled() || a.ok || l.dead() || never, a.ok
}

// streamGone is for an instance whose server did not come back in time.
func streamGone(id string) *Error {
	return &Error{Kind: KindLost, Op: "recv", InstanceID: id, Running: Unknown, Attachable: true, Server: "stream aborted",
		Message: "the server lost the instance's stream and cannot say whether it still runs"}
}

func streamLost(id string) *Error {
	return &Error{Kind: KindLost, Op: "recv", InstanceID: id, Running: False, Server: "stream aborted",
		Message: "the server lost the instance's stream, and it does not run any more"}
}

// heldBack are messages to instances while a link's streams are attached to again: the server drops what comes for an
// instance that is not attached.
type heldBack struct {
	mu    sync.Mutex
	on    int
	over  chan struct{} // closed at the end; made by who waits
	list  []wire.Command
	bytes int64
}

func (h *heldBack) begin() {
	h.mu.Lock()
	h.on++
	h.mu.Unlock()
}

// free gives a channel that is closed when nothing is held back, nil for now.
func (h *heldBack) free() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.on > 0 && h.over == nil {
		h.over = make(chan struct{})
	}
	return h.over
}

// keep takes cmd if messages are held back now; errFull when there is no more room.
func (h *heldBack) keep(cmd *wire.Command, limit int64) (kept bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.on == 0 {
		return false, nil
	}
	if size := int64(len(cmd.Text)) + eventOverhead; h.bytes+size <= limit {
		h.bytes += size
		h.list = append(h.list, *cmd)
		return true, nil
	}
	return false, errFull
}

// awaitStreams waits while streams that died are attached to again.
func (l *link) awaitStreams(ctx context.Context) {
	free := l.held.free()
	if free == nil {
		return
	}
	select {
	case <-free:
	case <-l.cut:
	case <-ctx.Done():
	}
}

func (h *heldBack) end() []wire.Command {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.on--; h.on > 0 {
		return nil
	}
	list := h.list
	h.list, h.bytes = nil, 0
	if h.over != nil {
		close(h.over)
		h.over = nil
	}
	return list
}
