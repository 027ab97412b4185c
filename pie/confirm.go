package pie

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// dies notes that the server has answered a terminate over l: yes, or that it knows no such instance. i is the instance
// where this client has one. Where no list can ever tell, the answer has to do.
func (c *Client) dies(l *link, id string, i *Instance, yes bool) {
	f := &l.dialect.Features
	if !f.ListInstances {
		if i == nil || i.Settled() {
			c.hasEnded(id)
		}
		return
	}
	what := doomed{yes: yes}
	if i != nil {
		what.program = i.program
	}
	if i != nil && f.KillsOnClose {
		what.with = l
	}
	c.dying.add(id, what)
	switch {
	case i != nil && i.confirmed.Load(): // its end has come meanwhile
		c.dying.drop(id)
	case i == nil || i.Settled(): // nobody else will look
		c.lookLater()
	}
}

// hasEnded is for an instance that certainly runs no more.
func (c *Client) hasEnded(id string) {
	c.journal.Ended(id)
	c.dying.drop(id)
}

// lookLater looks at the list once, for all that die by then.
func (c *Client) lookLater() {
	if !c.dying.announce() {
		return
	}
	c.clock.AfterFunc(confirmWait, func() {
		c.dying.looked()
		if c.dying.len() > 0 {
			c.background(func() { _ = c.look(c.life) }) // Close looks again
		}
	})
}

// The pauses between two looks at the list, which grow. The first comes before the first look: events are mostly a
// little behind their answer.
const (
	confirmFirst = 10 * time.Millisecond
	confirmMost  = 160 * time.Millisecond
)

// Confirm waits, as long as ctx, until it is certain that everything has ended which this client was asked to terminate,
// or terminates by itself: the end was told, or the server's list does not have the instance any more. What is not certain
// then is given, and never looked for again. Close does this by itself, for CloseGrace.
func (c *Client) Confirm(ctx context.Context) []Unconfirmed {
	var why error
	for pause, seen := confirmFirst, false; c.awaitEnds(ctx, pause); pause = min(2*pause, confirmMost) {
		err := c.look(ctx)
		if seen = seen || err == nil; !seen {
			why = err
		}
		if errors.Is(err, ErrLost) {
			break
		}
	}
	return c.notConfirmed(why)
}

// notConfirmed takes out what is not certain; why says why there was no list to see it in.
func (c *Client) notConfirmed(why error) (left []Unconfirmed) {
	all := c.dying.all()
	for _, id := range slices.Sorted(maps.Keys(all)) {
		c.dying.drop(id)
		left = append(left, Unconfirmed{InstanceID: id, Program: all[id].program, Err: notGone(id, all[id].yes, why)})
	}
	return left
}

// awaitEnds waits for a pause; false when nothing is dying any more, or ctx has ended.
func (c *Client) awaitEnds(ctx context.Context, pause time.Duration) bool {
	over := make(chan struct{})
	stop := c.clock.AfterFunc(pause, func() { close(over) })
	defer stop()
	select {
	case <-c.dying.zero():
	case <-ctx.Done():
	case <-over:
		return true
	}
	return false
}

// look asks for the list once, and notes who is not in it any more.
func (c *Client) look(ctx context.Context) error {
	l, err := c.linkToLook(ctx)
	if err != nil {
		return err
	}
	all, err := l.everybody(ctx)
	if err != nil {
		return err
	}
	for id := range c.dying.all() {
		if l.hasGone(ctx, id, all) {
			c.hasEnded(id)
		}
	}
	return nil
}

// linkToLook is the main connection, the one that is being closed if need be.
func (c *Client) linkToLook(ctx context.Context) (*link, error) {
	c.mu.Lock()
	l, closing := c.main, c.closing
	c.mu.Unlock()
	switch {
	case !closing:
		return c.link(ctx, "list")
	case l.dead():
		return nil, with(l.err, "list", "")
	}
	return l, nil
}

// everybody is the list of the control connection where the main one is busy, and then of this one, too: what one of them
// has is there.
func (l *link) everybody(ctx context.Context) (roll, error) {
	side := l.beside(ctx)
	all, err := side.roll(ctx)
	if err != nil || side == l {
		return all, err
	}
	more, err := l.roll(ctx)
	for id, running := range more {
		all[id] = running
	}
	return all, err
}

// hasGone says whether all, a list of now, proves that the instance runs no more. Where the list is cut, the instance
// itself is asked for.
func (l *link) hasGone(ctx context.Context, id string, all roll) bool {
	running, listed := all[id]
	if listed || l.dialect.Features.ListComplete || len(all) < ListedMost {
		return !running
	}
	there, err := l.asks(ctx, id)
	return err == nil && !there
}

// notGone is why it is not certain that an instance has ended: why there was no list, else that this has it.
func notGone(id string, yes bool, why error) error {
	if why != nil {
		e := *(with(why, "terminate", id).(*Error))
		e.Running, e.Message = Unknown, "the server was asked to end the instance, and there is no list that would show whether it has: "+e.Message
		return &e
	}
	e := &Error{Kind: KindRefused, Op: "terminate", InstanceID: id, Running: True,
		Message: "the server does not know the instance, and still lists it"}
	if yes {
		e.Message = "the server said yes, and still lists it"
	}
	return e
}

// lastLook finds out, for CloseGrace at most, what is not certain when the client leaves: whether what it has terminated
// has ended, and what launches without an answer may have become.
func (c *Client) lastLook(ctx context.Context) {
	ctx, cancel := c.within(ctx, c.cfg.CloseGrace, "closing")
	defer cancel()
	for id, what := range c.dying.all() {
		if what.with != nil && !(what.with.dead() && what.with.silent) {
			c.hasEnded(id)
		}
	}
	c.lookForUnanswered(ctx)
	left := c.Confirm(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = append(c.failed, left...)
}
