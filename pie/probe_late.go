package pie

import (
	"context"
	"strings"

	"github.com/pierun/pierun/pie/wire"
)

// Nothing announces 0.6: a gateway whose generation was found out is taken for 0.5, which is right for all that both can
// do. Only when somebody wants what 0.6 brought is it asked, with a command that has no effect on either: 0.5 answers
// it, and 0.6 says that it cannot read it. A worker without a gateway is never asked: it hangs up on what it cannot read.

// Unsure says whether what Supports tells of a feature is no more than a guess, which Refine settles: that is so of
// props, session and files on a gateway whose dialect nobody named.
func (c *Client) Unsure(feature string) bool {
	return c.maybeNewer() && (feature == "props" || feature == "session" || feature == "files")
}

// Refine asks the server, once, what Unsure is unsure about. It takes the control connection, and a server whose dialect
// is known is not asked. An error means that it is still not known.
func (c *Client) Refine(ctx context.Context) error {
	if err := c.refining.acquire(ctx); err != nil {
		return err
	}
	defer c.refining.release()
	if !c.maybeNewer() {
		return nil
	}
	side, err := c.side(ctx)
	if err != nil {
		return err
	}
	if err := side.ping(ctx); err != nil { // in front of its first good frame a gateway skips what it cannot read
		return err
	}
	newer, err := side.readsNoManifest(ctx)
	if err == nil {
		c.refined(newer, side)
	}
	return err
}

// maybeNewer says whether the generation is a guess that remains to be looked into.
func (c *Client) maybeNewer() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.guessed && !c.closing
}

// refined settles the guess. What is sent from now on may carry what 0.6 brought; all else is the same.
func (c *Client) refined(newer bool, side *link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.guessed = false
	if !newer {
		return
	}
	c.dialect = known("gateway-0.6")
	for _, l := range []*link{c.main, c.control, side} {
		if l != nil {
			l.newer.Store(c.dialect)
		}
	}
}

// readsNoManifest sends the probe.
func (l *link) readsNoManifest(ctx context.Context) (bool, error) {
	r := &request{op: "detect"}
	if err := l.expect(r, quietMost); err != nil {
		return false, err
	}
	if err := l.out.raw(wire.AppendPropsProbe(nil, r.corr), r); err != nil {
		return false, l.why(err)
	}
	switch a := l.wait(ctx, r); {
	case a.err == nil:
		return false, nil // it was read: 0.5
	case strings.Contains(l.refused.last(), "bad client frame") && strings.Contains(l.refused.last(), "file"):
		return true, nil
	default:
		return false, a.err
	}
}

// tongue is what commands are said in: the link's dialect, or its newer one if the server turned out to know that.
func (l *link) tongue() *wire.Dialect {
	if d := l.newer.Load(); d != nil {
		return d
	}
	return l.dialect
}

// fit finds out whether the server can do what p asks for, where that is not known yet, and gives its dialect.
func (b *birth) fit(ctx context.Context, l *link) *wire.Dialect {
	if d := l.tongue(); d.Features.Props || b.p.Props == "" && b.p.Session == "" && len(b.p.Files) == 0 {
		return d
	}
	_ = b.c.Refine(ctx) // not found out: it is refused, in words that say what to name
	return l.tongue()
}
