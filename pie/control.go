package pie

import "context"

// A server handles the commands of one connection one after the other. What must not wait behind a long launch or
// install goes over a second connection, opened when first needed and kept.

// beside is the link for commands that must not wait: the main one, or the control connection while the server is
// at work on something long.
func (c *Client) beside(ctx context.Context, op string) (*link, error) {
	l, err := c.link(ctx, op)
	if err != nil {
		return nil, err
	}
	return l.beside(ctx), nil
}

func (l *link) beside(ctx context.Context) *link {
	if !l.requests.busy() || !l.dialect.Features.ControlConn {
		return l
	}
	if side, err := l.c.side(ctx); err == nil {
		return side
	}
	return l // better late than never: it waits its turn
}

// side is the control connection, opened or opened again if need be.
func (c *Client) side(ctx context.Context) (*link, error) {
	if err := c.opening.acquire(ctx); err != nil {
		return nil, err
	}
	defer c.opening.release()
	c.mu.Lock()
	l, ended := c.control, c.ended
	c.mu.Unlock()
	switch {
	case ended:
		return nil, errClosed()
	case l != nil && !l.dead():
		return l, nil
	}
	return c.openSide(ctx)
}

func (c *Client) openSide(ctx context.Context) (*link, error) {
	ctx, cancel := c.within(ctx, c.cfg.DialTimeout, "opening the control connection")
	defer cancel()
	l, err := c.openAs(ctx, c.spoken())
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		l.fail(errClosed())
		return nil, errClosed()
	}
	c.control = l
	if c.cfg.Liveness > 0 {
		l.beat(c.cfg.Liveness/4, 0, l.heard.frames.Load())
	}
	return l, nil
}
