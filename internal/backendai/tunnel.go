package backendai

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// ErrNotListening is a tunnel to a port where nothing listens (yet): try again later.
var ErrNotListening = errors.New("nothing listens on that port in the session (yet)")

// DialApp opens one TCP connection to an app of a session, inside a WebSocket of its own. The context bounds the opening
// only. Whether something listens shows with the first read: it fails with ErrNotListening if not. There is no
// half-close, and the far end's close shows as io.EOF.
func (c *Client) DialApp(ctx context.Context, session string, a App) (net.Conn, error) {
	if a.Name == "" {
		return nil, misuse("a tunnel needs the name of an app; a port opened in advance is named by its number")
	}
	op := "tunnel to " + a.Name + " of session " + session
	ws, err := c.upgrade(ctx, call{op: op, area: streamArea, path: segments(session, "tcpproxy"), query: a.query()})
	if err != nil {
		return nil, err
	}
	t := &tunnel{ws: ws, op: op, name: address(session + ":" + a.Name)}
	t.stop = pinger(ws, func() { _ = t.alive() })
	return t, nil
}

// tunnel is a net.Conn over binary messages, whose borders mean nothing.
type tunnel struct {
	ws   *websocket.Conn
	op   string
	name address
	stop func()
	once sync.Once

	read sync.Mutex
	rest io.Reader

	write sync.Mutex

	limits                sync.Mutex
	readLimit, writeLimit time.Time // zero: none
}

// address is the far end's name.
type address string

func (a address) Network() string { return "backendai" }
func (a address) String() string  { return string(a) }

func (t *tunnel) LocalAddr() net.Addr  { return address("local") }
func (t *tunnel) RemoteAddr() net.Addr { return t.name }

// Read gives bytes in order. Messages that are not binary are no data.
func (t *tunnel) Read(p []byte) (int, error) {
	t.read.Lock()
	defer t.read.Unlock()
	for {
		if t.rest == nil {
			kind, r, err := t.ws.NextReader()
			if err != nil {
				return 0, t.end(err)
			}
			if kind != websocket.BinaryMessage {
				continue
			}
			t.rest = r
		}
		n, err := t.rest.Read(p)
		if err == io.EOF {
			t.rest, err = nil, nil
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// end makes of a closed WebSocket what a closed TCP connection would be. Managers end the stream without a close frame,
// so that this cannot be told from a broken line.
func (t *tunnel) end(err error) error {
	switch {
	case websocket.IsCloseError(err, websocket.CloseTryAgainLater):
		return &Error{Type: ErrResponse, Op: t.op, Err: ErrNotListening}
	case websocket.IsCloseError(err, websocket.CloseInternalServerErr):
		return &Error{Type: ErrResponse, Op: t.op, Err: errors.New("the manager could not reach the port")}
	case websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway, websocket.CloseAbnormalClosure):
		return io.EOF
	}
	return err
}

// Write sends p as one message, or as several below the managers' bound.
func (t *tunnel) Write(p []byte) (int, error) {
	t.write.Lock()
	defer t.write.Unlock()
	const most = 256 << 10
	sent := 0
	for sent < len(p) {
		piece := p[sent:min(sent+most, len(p))]
		_ = t.ws.SetWriteDeadline(t.writeDeadline())
		if err := t.ws.WriteMessage(websocket.BinaryMessage, piece); err != nil {
			return sent, err
		}
		sent += len(piece)
	}
	return sent, nil
}

// Close ends the connection; both directions.
func (t *tunnel) Close() error {
	var err error
	t.once.Do(func() {
		err = farewell(t.ws)
		t.stop()
	})
	return err
}

func (t *tunnel) SetDeadline(at time.Time) error {
	return errors.Join(t.SetReadDeadline(at), t.SetWriteDeadline(at))
}

// SetReadDeadline holds besides the one that pings move. After it has passed, the connection is of no more use: the
// WebSocket's reader stays broken.
func (t *tunnel) SetReadDeadline(at time.Time) error {
	t.limits.Lock()
	t.readLimit = at
	t.limits.Unlock()
	return t.alive()
}

// alive moves the reader's deadline to the end of the silence that is allowed, or to the caller's own if that is sooner.
func (t *tunnel) alive() error {
	t.limits.Lock()
	defer t.limits.Unlock()
	at := time.Now().Add(silence)
	if !t.readLimit.IsZero() && t.readLimit.Before(at) {
		at = t.readLimit
	}
	return t.ws.SetReadDeadline(at)
}

// SetWriteDeadline reaches a write that waits as well as the next one.
func (t *tunnel) SetWriteDeadline(at time.Time) error {
	t.limits.Lock()
	t.writeLimit = at
	t.limits.Unlock()
	return t.ws.NetConn().SetWriteDeadline(at)
}

func (t *tunnel) writeDeadline() time.Time {
	t.limits.Lock()
	defer t.limits.Unlock()
	return t.writeLimit
}
