package pie

import (
	"context"
	"errors"
	"time"
)

// Reconnecting pauses grow from the first to the last of these, until the caller's time is over.
const (
	backoffFirst = 100 * time.Millisecond
	backoffMost  = 5 * time.Second
)

// redial makes the main connection again, for a command that needs it: one caller dials, the others wait for the
// outcome. What was attached to the old one stays lost.
func (c *Client) redial(ctx context.Context, op string) (*link, error) {
	ctx, cancel := c.within(ctx, c.cfg.RequestTimeout, "connecting again")
	defer cancel()
	stop := context.AfterFunc(c.life, cancel)
	defer stop()
	if err := c.dialing.acquire(ctx); err != nil {
		return nil, with(err, op, "")
	}
	defer c.dialing.release()
	c.mu.Lock()
	l, closing := c.main, c.closing
	c.mu.Unlock()
	if closing {
		return nil, with(errClosed(), op, "")
	}
	if !l.dead() {
		return l, nil // another caller has done it
	}
	<-l.gone
	c.answered.Store(false) // it may be another server
	ended := c.watchOutage()
	fresh, err := c.redialUntil(ctx)
	ended(err == nil)
	if err != nil {
		return nil, with(c.stillLost(l, err), op, "")
	}
	return fresh, c.replace(fresh)
}

func (c *Client) redialUntil(ctx context.Context) (*link, error) {
	for pause := backoffFirst; ; pause = min(2*pause, backoffMost) {
		l, err := c.enter(ctx)
		if err == nil || errors.Is(err, ErrAuth) || ctx.Err() != nil {
			return l, err
		}
		if !c.sleep(ctx, pause) {
			return nil, err
		}
	}
}

// stillLost says what happened to the connection first and why it cannot be made again.
func (c *Client) stillLost(l *link, err error) error {
	if errors.Is(err, ErrAuth) {
		return err
	}
	e := *l.err
	e.Err = err
	e.Message += ", and connecting again failed"
	e.Hint = joined(e.Hint, c.Doubt())
	return &e
}

// replace makes l the main link.
func (c *Client) replace(l *link) error {
	c.mu.Lock()
	if c.closing {
		c.mu.Unlock()
		l.abort()
		return errClosed()
	}
	was := c.meet(l)
	c.reconnects++
	c.mu.Unlock()
	c.changed(was, l.dialect)
	c.mind(l)
	return nil
}

// sleep waits on the client's clock; false when ctx ended first.
func (c *Client) sleep(ctx context.Context, d time.Duration) bool {
	done := make(chan struct{})
	stop := c.clock.AfterFunc(d, func() { close(done) })
	defer stop()
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}

// relogin connects again as another user, with that one's keys; nothing has been launched yet.
func (c *Client) relogin(ctx context.Context, user string, keys keyring) error {
	if err := c.dialing.acquire(ctx); err != nil {
		return with(err, "login", "")
	}
	defer c.dialing.release()
	c.mu.Lock()
	old, oldUser, oldKeys := c.main, c.user, c.keys
	c.user, c.keys = user, keys
	c.mu.Unlock()
	l, err := c.enter(ctx)
	if err != nil {
		c.mu.Lock()
		c.user, c.keys = oldUser, oldKeys
		c.mu.Unlock()
		return with(err, "login", "")
	}
	c.mu.Lock()
	was, side := c.meet(l), c.control
	c.control = nil
	c.mu.Unlock()
	c.changed(was, l.dialect)
	c.mind(l)
	if side != nil {
		side.abort()
	}
	old.abort()
	return nil
}
