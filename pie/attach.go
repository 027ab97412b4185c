package pie

import (
	"context"
	"strings"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// Attach takes over an instance that runs by itself: a detached one, or one whose connection was lost. What it said
// meanwhile comes first, as far as the server kept it. An instance that this client itself let go of while it stayed
// connected is given back with all that was queued. Unknown, ended or taken: kind refused. The list is asked first
// wherever a refused attach does harm, and nothing is ever attached to on suspicion.
func (c *Client) Attach(ctx context.Context, id string) (*Instance, error) {
	l, err := c.link(ctx, "attach")
	if err != nil {
		return nil, err
	}
	f := &l.dialect.Features
	if !f.AttachInstance {
		return nil, with(unsupported(l.dialect, "attach", "attaching to an instance", "keep the connection open while it runs"), "attach", id)
	}
	if i := l.routes.get(id); i != nil && (i.parked.Load() || !i.Settled()) { // else its end is just being told
		return i.unpark()
	}
	if i := c.finished.take(id); i != nil {
		return i, nil
	}
	in := Info{InstanceID: id}
	if f.ListComplete {
		if in, err = c.listedAs(ctx, id); err != nil {
			return nil, err
		}
	}
	return l.attach(ctx, in)
}

// unpark gives a detached instance of this client back to its reader.
func (i *Instance) unpark() (*Instance, error) {
	if !i.unparked() {
		return nil, &Error{Kind: KindRefused, Op: "attach", InstanceID: i.id, Message: "this client is attached to the instance already"}
	}
	if !i.Settled() {
		i.claimed()
	}
	return i, nil
}

func (i *Instance) unparked() bool {
	i.queue.mu.Lock()
	defer i.queue.mu.Unlock()
	if !i.parked.CompareAndSwap(true, false) {
		return false
	}
	if !i.queue.settled {
		i.queue.status = StatusRunning
	}
	return true
}

// claimed tells the journal that somebody looks after the instance again.
func (i *Instance) claimed() {
	if l := i.link.Load(); l != nil {
		i.client.journal.Claimed(i.client.launching(l, i.program, false), i.id)
	}
}

// listedAs finds id in the server's list.
func (c *Client) listedAs(ctx context.Context, id string) (Info, error) {
	list, err := c.list(ctx)
	if err != nil {
		return Info{}, with(err, "attach", id)
	}
	for _, in := range list {
		if in.InstanceID == id {
			return in, nil
		}
	}
	e := &Error{Kind: KindRefused, Op: "attach", InstanceID: id, Running: False,
		Message: "the server runs no instance of this id: it has ended, or never was"}
	if !c.Features().DetachedResult {
		e.Hint = "this server keeps nothing of what has ended: attach before that"
	}
	return Info{}, e
}

// attach asks for the instance; its queue is registered on the reader's goroutine when the answer comes.
func (l *link) attach(ctx context.Context, in Info) (*Instance, error) {
	i := l.newAttached(in)
	for pause := attachFirst; ; pause *= 2 {
		a := l.attachOnce(ctx, i)
		switch {
		case a.err != nil:
			return nil, with(a.err, "attach", i.id)
		case a.ok:
			if !i.Settled() {
				i.claimed()
			}
			return i, nil
		case !l.mayBecomeFree(a.text) || pause > attachMost || !l.c.sleep(ctx, pause):
			return nil, refusedAttach(l.dialect, i.id, a.text)
		}
	}
}

func (l *link) newAttached(in Info) *Instance {
	i := &Instance{client: l.c, id: in.InstanceID, program: in.Program, began: l.c.clock.Now()}
	i.queue.limit, i.queue.status = l.c.cfg.InstanceBuffer, StatusRunning
	return i
}

// A server may notice the end of the connection that had the instance only after the attach: it is asked again after
// pauses from the first to the last of these.
const (
	attachFirst = 50 * time.Millisecond
	attachMost  = 800 * time.Millisecond
)

func (l *link) attachOnce(ctx context.Context, i *Instance) reply {
	r := &request{op: "attach", kind: wire.Attach, answered: func(l *link) { l.adopt(i) }}
	return l.do(ctx, &wire.Command{Kind: wire.Attach, ID: i.id}, r, l.c.cfg.RequestTimeout)
}

// mayBecomeFree says whether asking again may help, and does no harm.
func (l *link) mayBecomeFree(words string) bool {
	f := &l.dialect.Features
	return f.DetachOnClose && !f.RefusedAttachKills && strings.Contains(words, "already attached")
}

func refusedAttach(d *wire.Dialect, id, words string) *Error {
	e := &Error{Kind: KindRefused, Op: "attach", InstanceID: id, Message: "the server does not let this client attach", Server: words,
		Hint: "it has ended, or another connection is attached to it"}
	if !d.Features.DetachOnClose {
		e.Hint = "it has ended, or it once had a connection: this server lets nobody attach after that; launch it detached to attach later"
	}
	if d.Features.RefusedAttachKills {
		e.Hint = "another connection is attached to it; when this connection ends, the server will end that instance"
	}
	return e
}

// Detach lets the instance go on without this client: what it says from now on is kept for Attach as far as there is
// room, oldest out first. Where the server ends it with the connection, or no one could reach it any more, it is kind
// unsupported or is told by Status and the error of a later Attach.
func (i *Instance) Detach(context.Context) error {
	l, err := i.reachable("detach")
	if err != nil {
		return err
	}
	if leaves, _ := i.client.Supports("detach"); !leaves {
		return with(unsupported(l.dialect, "detach", "leaving an instance running", "this server ends it together with the connection"), "detach", i.id)
	}
	i.queue.mu.Lock()
	if !i.queue.settled {
		i.queue.status = StatusDetached
		i.parked.Store(true)
	}
	i.queue.mu.Unlock()
	i.release()
	i.client.journal.Detached(i.id)
	return nil
}
