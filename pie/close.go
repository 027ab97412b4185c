package pie

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/gorilla/websocket"
)

// Close ends the client: everything that waits is settled with kind lost at once; launches on their way are given
// CloseGrace to be answered and terminated, and what was terminated has as long to end (see Unconfirmed); then the
// server is told, and after at most another CloseGrace the connection is cut. It does not terminate what was launched: where the server does not do that by itself, terminate
// it first. It waits for the client's goroutines, and a second Close waits for the first. ctx cuts the waiting short,
// never the closing.
func (c *Client) Close(ctx context.Context) error {
	c.mu.Lock()
	if c.closing {
		c.mu.Unlock()
		<-c.closed
		return nil
	}
	c.closing = true
	c.mu.Unlock()
	c.stop(errClosed())
	c.settleLaunches(ctx)
	c.lastLook(ctx)
	c.mu.Lock()
	c.ended = true
	links := []*link{c.main, c.control}
	c.mu.Unlock()
	c.end(errClosed())
	for _, l := range links {
		if l != nil {
			l.leave(ctx)
		}
	}
	c.work.Wait()
	c.scratch.remove()
	close(c.closed)
	return nil
}

// settleLaunches gives launches that are on their way the grace to be answered, so that what they start is ended and
// does not run on unknown to everybody; and likewise the terminations that the client has begun by itself, first those
// whose answer is awaited already.
func (c *Client) settleLaunches(ctx context.Context) {
	ctx, cancel := c.within(ctx, c.cfg.CloseGrace, "closing")
	defer cancel()
	l := c.current()
	select {
	case <-c.reaping.zero():
	case <-l.cut:
	case <-ctx.Done():
	}
	select {
	case <-l.requests.giveUp(reply{err: errClosed()}):
	case <-l.cut:
	case <-ctx.Done():
	}
	select {
	case <-c.reaping.zero():
	case <-ctx.Done():
	}
}

// leave tells the server that the link ends, waits for it to end its side, and cuts.
func (l *link) leave(ctx context.Context) {
	ctx, cancel := l.c.within(ctx, l.c.cfg.CloseGrace, "closing")
	defer cancel()
	l.leaving.Store(true)
	read := make(chan struct{}, 1)
	l.heard.setPong(func() {
		select {
		case read <- struct{}{}:
		default:
		}
	})
	l.out.control(websocket.PingMessage, nil)
	l.out.control(websocket.CloseMessage, binary.BigEndian.AppendUint16(nil, websocket.CloseNormalClosure))
	select {
	case <-l.cut:
	case <-ctx.Done():
	case <-read:
		l.linger(ctx)
	}
	l.fail(errClosed())
	l.wg.Wait()
}

// linger gives the server a moment to end its side. It has answered the ping in front of the close frame, so it has
// both; some servers never end their side, and need not be waited for any longer.
func (l *link) linger(ctx context.Context) {
	over := make(chan struct{})
	stop := l.c.clock.AfterFunc(lingerTime, func() { close(over) })
	defer stop()
	select {
	case <-l.cut:
	case <-over:
	case <-ctx.Done():
	}
}

const lingerTime = 50 * time.Millisecond
