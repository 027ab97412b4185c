package pie

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/pierun/pierun/pie/wire"
)

// Begin launches as Launch does without waiting and without a goroutine: done gets what Launch would give, once, and
// maybe before Begin returns. It runs on a goroutine of the client's, often the reader's, and must not wait. abandon
// is what the end of Launch's context is: done gets an error of kind cancelled, unless it was called already, and
// what the server starts all the same is terminated. p is the client's until done was called.
//
// Where something has to be found out or waited for first (a version, a place among MaxInstances, a new connection)
// nothing happens and ok is false: call Launch then.
func (c *Client) Begin(p *Launch, done func(*Instance, error)) (abandon func(), ok bool) {
	b := &begun{birth: birth{c: c, p: p, began: c.clock.Now()}, done: done}
	if b.l = c.ready(); b.l == nil || !b.atOnce(b.l.dialect) || !b.write() {
		return nil, false
	}
	return b.abandon, true
}

// begun is a launch that nobody waits for.
type begun struct {
	birth
	l    *link
	r    request
	done func(*Instance, error)
	sent atomic.Bool // write is through with what is to be sent
}

// ready is the main connection, nil when there is none now.
func (c *Client) ready() *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing || c.main == nil || c.main.dead() {
		return nil
	}
	return c.main
}

// atOnce makes the command if that needs nothing from the network. A mistake is left to Launch to tell.
func (b *begun) atOnce(d *wire.Dialect) bool {
	p, f := b.p, &d.Features
	b.made = d
	if b.c.slots.places != nil || p.Bytes != nil || p.Detached || f.AskFirst || b.allowed(d) != nil {
		return false
	}
	ref, err := p.ref()
	if err != nil || ref.Name == "" || ref.Newest() && f.StrictNames && !f.BareNames && b.c.versions.of(ref.Name, b.began.Add(versionHolds/2)) == "" {
		return false
	}
	if b.target, err = b.c.target(context.Background(), d, p); err != nil {
		return false
	}
	return b.prepare(f) == nil
}

// write journals the launch and gives it to the writer; false when it certainly was not sent.
func (b *begun) write() bool {
	var err error
	if b.ticket, err = b.c.journal.Intent(b.c.launching(b.l, b.target.String(), false)); err != nil {
		return false
	}
	if b.p.Sent != nil {
		b.p.Sent()
	}
	b.r = b.request()
	b.r.done = b.settled
	if b.l.requests.add(&b.r, b.c.limit(&b.r)) == nil {
		cmd := b.command()
		cmd.Corr = b.r.corr
		if b.l.out.put(b.l.dialect, &cmd, &b.r, false) == nil || !b.l.requests.abandon(&b.r) {
			b.count()
			b.sent.Store(true)
			return true
		}
		b.l.requests.take(b.r.corr)
	}
	b.c.journal.Refused(b.ticket)
	return false
}

// settled takes the answer, or why there is none. What was never written is sent once more in the ordinary way.
func (b *begun) settled(a reply) {
	if a.err == nil && a.ok {
		b.finish(a.instance, nil)
		return
	}
	var never unsent
	lost := errors.As(a.err, &never)
	if lost && b.c.cfg.Reconnect && b.c.background(func() { b.finish(b.ask(b.c.life)) }) {
		return
	}
	switch {
	case lost:
		b.finish(nil, with(never.error, "launch", ""))
	case a.err != nil:
		b.finish(nil, with(a.err, "launch", ""))
	default:
		b.finish(nil, refusedLaunch(b.target.String(), a.text))
	}
}

func (b *begun) finish(i *Instance, err error) {
	if err != nil && b.sent.Load() {
		b.spent()
	}
	if err != nil && !mayHaveHappened(err) {
		b.c.journal.Refused(b.ticket)
	}
	b.done(i, err)
}

func (b *begun) abandon() {
	if b.l.requests.abandon(&b.r) {
		b.r.settle(reply{err: &Error{Kind: KindCancelled, Op: "launch", Message: "the launch was given up before the server answered"}})
	}
}
