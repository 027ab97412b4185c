package pie

import (
	"context"
	"strings"
	"sync"

	"github.com/pierun/pierun/pie/wire"
)

// aborted handles the gateway's word that some stream of this connection died; it names none. Those of ours that
// still run are attached to again, which replays what was missed; the others are lost.
func (l *link) aborted() {
	if !l.dialect.Features.Reattach {
		return
	}
	if l.aborts.Add(1) > 1 {
		return // one word comes for each stream: whoever is at it goes round once more
	}
	l.held.begin()
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

func (l *link) reattachAll() {
	ctx, cancel := l.c.within(l.c.life, l.c.cfg.RequestTimeout, "attaching again")
	defer cancel()
	l.reattach(ctx, l.routes.all())
}

func (l *link) reattach(ctx context.Context, live []*Instance) {
	list, err := l.list(ctx)
	if err != nil {
		return // the link is going, which settles them all
	}
	running := make(map[string]bool, len(list))
	for _, in := range list {
		running[in.ID] = true
	}
	for _, i := range live {
		switch {
		case i.Settled():
		case !running[i.id]:
			i.settle(StatusLost, streamLost(i.id))
		default:
			l.resume(ctx, i)
		}
	}
}

// resume attaches to a running instance of this very connection again. A refusal says that its stream never died.
func (l *link) resume(ctx context.Context, i *Instance) {
	r := &request{op: "attach", kind: wire.Attach}
	a := l.do(ctx, &wire.Command{Kind: wire.Attach, ID: i.id}, r, l.c.cfg.RequestTimeout)
	if a.err != nil || a.ok || strings.Contains(a.text, "already attached") {
		return
	}
	if missing(a.text) {
		i.settle(StatusLost, streamLost(i.id))
	}
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
	list  []wire.Command
	bytes int64
}

func (h *heldBack) begin() {
	h.mu.Lock()
	h.on++
	h.mu.Unlock()
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

func (h *heldBack) end() []wire.Command {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.on--; h.on > 0 {
		return nil
	}
	list := h.list
	h.list, h.bytes = nil, 0
	return list
}
