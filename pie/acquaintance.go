package pie

import (
	"fmt"

	"github.com/pierun/pierun/pie/wire"
)

// A server that is back may be another one: a newer release, or whatever took its address. So its dialect is found out
// anew with each main connection, unless somebody named it.

// named says whether the dialect is somebody's choice, and none to be found out.
func (c *Config) named() bool { return c.Dialect != "" && c.Dialect != "auto" }

// expected is the dialect that a new main connection is to speak: the named one, or that of a connection that is there.
// nil: it has to be found out.
func (c *Client) expected() *wire.Dialect {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cfg.named() || c.main != nil && !c.main.dead() {
		return c.dialect
	}
	return nil
}

// meet makes l the main link, with what it tells of the server; was is what the server was taken for before, nil at
// first. With the lock held.
func (c *Client) meet(l *link) (was *wire.Dialect) {
	was, c.main, c.dialect = c.dialect, l, l.dialect
	c.guessed = !c.cfg.named() && l.dialect == known("gateway-0.5")
	c.keeps = l.engine == wire.EngineKeeps
	if l.engine != "" {
		c.simulated = True
	}
	return was
}

// changed draws the consequences of meeting another generation: what was known of the server before does not hold, and
// people are told. A guess that was settled before is only a guess again.
func (c *Client) changed(was, now *wire.Dialect) {
	if was == now || was == known("gateway-0.6") && now == known("gateway-0.5") {
		return
	}
	c.programs.forget()
	c.mu.Lock()
	side := c.control
	c.control = nil
	c.mu.Unlock()
	if side != nil {
		side.abort()
	}
	if c.cfg.Warn != nil {
		c.cfg.Warn(Warning{Server: c.place.url.Host, Message: fmt.Sprintf("this is another server than before: it spoke %s, and speaks %s now. "+
			"What was installed before may not be there", was.Generation, now.Generation)})
	}
}

// another is why a command is not sent that was made for a server of another generation.
func another(made, now *wire.Dialect) *Error {
	return &Error{Kind: KindConnect, Message: fmt.Sprintf("the server is another one than a moment ago: it spoke %s, and speaks %s now", made.Generation, now.Generation),
		Hint: "nothing was launched: launch it again"}
}
