package pie

import (
	"time"

	"github.com/gorilla/websocket"
)

// mind watches over a main link: that the other side is alive, and that the client knows when it is gone.
func (c *Client) mind(l *link) {
	if c.cfg.Liveness > 0 {
		l.heardAt = c.clock.Now()
		l.beat(c.cfg.Liveness/4, 0, l.heard.frames.Load())
	}
	l.callRolls()
	if !c.cfg.Reconnect {
		c.watch(l)
	}
}

// watch closes Done when the link ends and will not be made again.
func (c *Client) watch(l *link) {
	c.background(func() {
		select {
		case <-l.gone:
			if c.current() == l {
				c.stop(l.err)
			}
		case <-c.life.Done():
		}
	})
}

// beat looks every quarter of the liveness bound whether anything came. If not, a ping is sent; if two more
// quarters pass without an answer the link is dead: between three and four quarters after the last sign of life.
func (l *link) beat(every time.Duration, silent int, seen uint64) {
	l.c.clock.AfterFunc(every, func() {
		if l.dead() {
			return
		}
		now := l.heard.frames.Load()
		switch {
		case now != seen:
			l.heardAt = l.c.clock.Now()
			l.beat(every, 0, now)
		case silent >= 2:
			l.c.background(func() { l.judge(every, now) })
		default:
			l.out.control(websocket.PingMessage, nil)
			l.beat(every, silent+1, now)
		}
	})
}

// judge decides about a silent link. A server at work on something long for this connection answers no ping on it:
// the control connection tells that from a dead one, for as long as such work may take. Longer silence is the link's
// own: only this direction of the network is gone.
func (l *link) judge(every time.Duration, seen uint64) {
	patience := l.c.cfg.LongTimeout - l.c.clock.Now().Sub(l.heardAt)
	if l.requests.busy() && patience > 0 && l.alive() {
		l.beat(every, 0, seen)
		return
	}
	if l.heard.frames.Load() != seen {
		l.beat(every, 0, l.heard.frames.Load())
		return
	}
	l.end(&Error{Kind: KindLost, Message: "the server was silent for " + max(4*every, l.c.clock.Now().Sub(l.heardAt)).Round(time.Second).String() + " and did not answer pings",
		Hint: "the network between is gone, or the server is stuck"}, true)
}

// alive asks over the control connection. Where there can be none, the deadline of the long command decides.
func (l *link) alive() bool {
	if !l.dialect.Features.ControlConn {
		return true
	}
	ctx, cancel := l.c.within(l.c.life, l.c.cfg.Liveness/2, "asking whether the server is alive")
	defer cancel()
	side, err := l.c.side(ctx)
	return err == nil && side.ping(ctx) == nil
}
