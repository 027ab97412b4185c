package pie

import (
	"context"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// birth is one launch on its way.
type birth struct {
	c      *Client
	p      *Launch
	made   *wire.Dialect // for a connection that speaks this
	began  time.Time
	target target
	ticket string
	free   func() // gives the place among MaxInstances back, once; nil without a bound

	// What the server is told; see prepare.
	input   string
	args    []string
	kind    wire.CommandKind
	capture bool // what it says comes to this connection
}

func (b *birth) launch(ctx context.Context) (*Instance, error) {
	l, err := b.c.link(ctx, "launch")
	if err != nil {
		return nil, err
	}
	b.made = l.dialect
	d := b.fit(ctx, l)
	if err := b.allowed(d); err != nil {
		return nil, err
	}
	if b.target, err = b.c.target(ctx, d, b.p); err != nil {
		return nil, with(err, "launch", "")
	}
	if err := b.prepare(&d.Features); err != nil {
		return nil, err
	}
	if b.ticket, err = b.c.journal.Intent(b.c.launching(l, b.target.String(), b.p.Detached)); err != nil {
		return nil, &Error{Kind: KindIO, Op: "launch", Message: "the journal could not be written, so nothing was launched", Err: err}
	}
	b.count()
	i, err := b.start(ctx, d)
	if err != nil && !mayHaveHappened(err) {
		b.c.journal.Refused(b.ticket)
	}
	b.c.journal.Sync()
	return i, err
}

// count notes that the client has launched something, as this user.
func (b *birth) count() {
	b.c.mu.Lock()
	defer b.c.mu.Unlock()
	b.c.launches++
}

// start sends the launch in the way that the generation needs.
func (b *birth) start(ctx context.Context, d *wire.Dialect) (*Instance, error) {
	if b.capture || b.kind == wire.LaunchMany || d.Features.DetachedID {
		return b.ask(ctx)
	}
	return b.launchAndFind(ctx)
}

// ask sends the launch and waits for the answer.
func (b *birth) ask(ctx context.Context) (*Instance, error) {
	if b.p.Sent != nil {
		b.p.Sent()
	}
	r, cmd := b.request(), b.command()
	a, err := b.c.ask(ctx, &cmd, &r)
	switch {
	case err != nil:
		b.spent()
		return nil, with(err, "launch", "")
	case a.ok:
		return a.instance, nil
	}
	return nil, refusedLaunch(b.target.String(), a.text)
}

// request is the question to the server.
func (b *birth) request() request {
	return request{op: "launch", kind: b.kind, long: true, target: b.target.name + b.target.hash,
		limit: b.p.Timeout, made: b.made, birth: b}
}

// spent lets go of what was sent: a launch that is given up may wait for its late answer for as long as the connection
// lasts.
func (b *birth) spent() {
	b.input, b.args = "", nil
	b.p.Bytes, b.p.Input, b.p.Values, b.p.Args, b.p.Files = nil, nil, nil, nil, nil
}

// answered makes the instance on the reader's goroutine, before the frame behind the answer is read: no event of it
// can come too early.
func (b *birth) answered(l *link, e *wire.Event, a reply) reply {
	if !a.ok {
		return a
	}
	ids, err := l.dialect.IDs(b.kind, e)
	switch {
	case err != nil:
		a.err = &Error{Kind: KindProtocol, Op: "launch", Message: "the answer to the launch cannot be read", Err: err}
		return a
	case len(ids) == 0 && (b.capture || l.dialect.Features.DetachedID):
		a.err = &Error{Kind: KindProtocol, Op: "launch", Message: "the server says that the instance was launched, but not under which id"}
		return a
	case len(ids) == 0:
		return a
	case b.capture && l.routes.get(ids[0]) != nil: // which is left alone
		a.err = &Error{Kind: KindProtocol, Op: "launch", InstanceID: ids[0], Message: "the server gave the instance the id of another one that runs"}
		return a
	}
	a.instance = b.instance(ids[0])
	if b.capture {
		l.adopt(a.instance)
		l.guard(a.instance)
	}
	b.launched(ids[0])
	return a
}

func (b *birth) launched(id string) { b.c.journal.Launched(b.ticket, id) }

func (b *birth) instance(id string) *Instance {
	i := &Instance{client: b.c, id: id, program: b.target.String(), began: b.began, saveDir: b.p.SaveDir, free: b.free}
	i.queue.limit, i.queue.status = b.p.Buffer, StatusRunning
	if b.p.Buffer <= 0 {
		i.queue.limit = b.c.cfg.InstanceBuffer
	}
	if b.p.Detached {
		i.queue.status = StatusDetached
		i.parked.Store(true)
		i.release()
	}
	i.launched.Store(i.since())
	return i
}

// late ends an instance that came into being after everybody had stopped waiting for it.
func (b *birth) late(l *link, a reply) {
	if a.instance == nil {
		if a.err == nil && !a.ok { // else something may run
			b.c.journal.Refused(b.ticket)
		}
		return
	}
	a.instance.settle(StatusAborted, &Error{Kind: KindCancelled, Op: "launch", InstanceID: a.instance.id, Running: Unknown,
		Message: "the launch was given up before the server answered"})
	l.c.reap(l, a.instance)
}
