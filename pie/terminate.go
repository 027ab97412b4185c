package pie

import (
	"context"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// Terminate asks the server to end the instance and waits for its answer, 10 s at most. It is false when the server
// has no such instance; where a server says yes to any id, when it has none that this user is shown, and then nothing is
// ended. The end of an instance that this client is attached to comes as an event behind it.
func (c *Client) Terminate(ctx context.Context, id string) (bool, error) {
	l, err := c.link(ctx, "terminate")
	if err != nil {
		return false, with(err, "terminate", id)
	}
	i := l.routes.get(id)
	if known, err := l.knows(ctx, id, i); !known {
		if err == nil {
			c.hasEnded(id)
		}
		return false, err
	}
	there, err := l.terminateSoon(ctx, id)
	if err == nil {
		c.dies(l, id, i, there)
	}
	return there, err
}

// knows looks first whether there is such an instance, where the server would not say so. i is the one that this
// connection receives.
func (l *link) knows(ctx context.Context, id string, i *Instance) (bool, error) {
	f := &l.dialect.Features
	switch {
	case i != nil:
	case f.TerminateSilent: // there only the connection that launched an instance can end it
		return false, nil
	case f.TerminateAny:
		return l.there(ctx, id)
	}
	return true, nil
}

// there says whether the server knows the instance. The list has all that this user owns, unless it is cut; then the
// instance itself is asked for.
func (l *link) there(ctx context.Context, id string) (bool, error) {
	all, err := l.beside(ctx).roll(ctx)
	if err != nil || all.has(id) || len(all) < ListedMost {
		return all.has(id), err
	}
	return l.asks(ctx, id)
}

// asks attaches to the instance, only where that is how to find out whether there is one.
func (l *link) asks(ctx context.Context, id string) (there bool, err error) {
	i := l.newAttached(Info{InstanceID: id})
	a := l.attachOnce(ctx, i)
	if a.ok {
		i.Discard() // its end is all that comes
	}
	return a.err == nil && (a.ok || !missing(a.text) && !badID(a.text)), a.err
}

// terminateSoon asks over the connection that answers at once. What the control connection does not know is asked
// again on the one that launched it before it is believed.
func (l *link) terminateSoon(ctx context.Context, id string) (bool, error) {
	side := l.beside(ctx)
	there, err := side.terminate(ctx, id)
	if err == nil && !there && side != l {
		return l.terminate(ctx, id)
	}
	return there, err
}

// terminate asks over one connection.
func (l *link) terminate(ctx context.Context, id string) (bool, error) {
	cmd := &wire.Command{Kind: wire.Terminate, ID: id}
	if l.dialect.Features.TerminateSilent {
		return true, l.post(cmd, "terminate")
	}
	a := l.do(ctx, cmd, &request{op: "terminate", kind: wire.Terminate}, terminateTimeout)
	switch {
	case a.err != nil:
		return false, with(a.err, "terminate", id)
	case a.ok:
		return true, nil
	case missing(a.text), badID(a.text): // what can be no id is nobody's
		return false, nil
	}
	return false, &Error{Kind: KindRefused, Op: "terminate", InstanceID: id, Message: "the server did not end the instance", Server: a.text}
}

// Terminate asks the server to end the instance and waits for its answer, 10 s at most; the event Aborted follows in
// the queue. It does nothing for one that is known to have ended: one that was lost with its connection is ended by its id.
func (i *Instance) Terminate(ctx context.Context) error {
	_, err := i.End(ctx)
	return err
}

// End is Terminate, and tells whether it was this that ended the instance: false when that had ended before, or the
// server does not know it.
func (i *Instance) End(ctx context.Context) (there bool, err error) {
	if i.knownEnded() {
		return false, nil
	}
	if there, err = i.client.Terminate(ctx, i.id); err != nil {
		if i.knownEnded() {
			return false, nil
		}
		return false, err
	}
	i.confirmLater(there)
	return there, nil
}

// knownEnded says whether the instance is known to run no more: one that was lost with its connection is not.
func (i *Instance) knownEnded() bool {
	s, settled, failure := i.queue.state()
	return settled && s != StatusOverflowed && (failure == nil || failure.Running == False)
}

// confirmWait is how long the terminal event may take after a terminate was answered before the list is asked.
const confirmWait = 2 * time.Second

// confirmLater makes sure that an instance settles that the server has ended, or does not know, even if its terminal
// event never comes.
func (i *Instance) confirmLater(there bool) {
	if i.Settled() {
		return
	}
	wait := confirmWait
	switch {
	case !i.client.features().ListInstances:
		wait = terminateTimeout // nothing else will ever be heard
	case !there:
		wait /= 8
	}
	i.client.clock.AfterFunc(wait, func() {
		if !i.Settled() {
			i.client.background(func() { i.confirm() })
		}
	})
}

// confirm settles i if the server does not have it any more, as far as this generation can be asked.
func (i *Instance) confirm() {
	l := i.link.Load()
	if l == nil { // detached: nobody hears of its end
		l = i.client.current()
	}
	switch f := &l.dialect.Features; {
	case f.AttachProbe:
		i.probe()
	case !f.ListInstances:
		i.settle(StatusLost, endUnheard(i.id))
	case f.ListComplete && l.lacks(i.client.life, i.id):
		i.settle(StatusLost, endUntold(i.id))
	}
}

// lacks says whether the server certainly does not run the instance: its list does not have it. What the control
// connection does not see is looked for again on this one.
func (l *link) lacks(ctx context.Context, id string) bool {
	side := l.beside(ctx)
	all, err := side.roll(ctx)
	if err == nil && side != l && !all.has(id) {
		all, err = l.roll(ctx)
	}
	return err == nil && !all.has(id)
}

// endUnheard is for a server that answers no terminate and has no list.
func endUnheard(id string) *Error {
	return &Error{Kind: KindLost, Op: "recv", InstanceID: id, Running: Unknown,
		Message: "the server was told to end the instance and said nothing more about it",
		Hint:    "it may have ended before, or be stuck; this server can be asked no more"}
}

// endUntold is for an instance that is over on the server without having told its end.
func endUntold(id string) *Error {
	return &Error{Kind: KindLost, Op: "recv", InstanceID: id, Running: False,
		Message: "the instance has ended, but the server did not tell how: its result is lost"}
}

// reap asks the server to end an instance that nobody waits for. It never blocks; what the server does not confirm is
// kept for Client.Unconfirmed.
func (c *Client) reap(l *link, i *Instance) {
	c.reaping.add(1)
	if !c.background(func() {
		defer c.reaping.add(-1)
		there, err := l.terminateSoon(c.life, i.id)
		if err != nil {
			c.unconfirmed(i, err)
			return
		}
		c.dies(l, i.id, i, there)
	}) {
		c.reaping.add(-1)
		c.unconfirmed(i, errClosed())
	}
}
