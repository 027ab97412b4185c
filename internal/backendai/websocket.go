package backendai

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

const (
	writeTimeout = 30 * time.Second
	pingEvery    = 30 * time.Second // keeps the session from counting as idle, and tells a dead line
	silence      = 75 * time.Second // two pings unanswered
	mostMessage  = 16 << 20         // the managers' own default bound
)

// upgrade opens a WebSocket. No Content-Type is sent, so that the one managers assume is signed. A refusal before the
// upgrade is an *Error like any other.
func (c *Client) upgrade(ctx context.Context, k call) (*websocket.Conn, error) {
	m, err := c.managerFor(ctx, k)
	if err != nil {
		return nil, err
	}
	k.method = http.MethodGet
	return renewed(ctx, c, func() (*websocket.Conn, error) { return c.handshakeSocket(ctx, k, m) })
}

// handshakeSocket is one try of upgrade.
func (c *Client) handshakeSocket(ctx context.Context, k call, m *Manager) (*websocket.Conn, error) {
	e := c.ends[int(c.current.Load())%len(c.ends)]
	target := e.prefix + c.target(k, m)
	header := http.Header{}
	c.sign(header, k.method, target, e.host, k, m)
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, NetDialContext: c.transport.DialContext,
		TLSClientConfig: c.transport.TLSClientConfig, HandshakeTimeout: c.cfg.RequestTimeout, Jar: c.http.Jar}
	ws, r, err := dialer.DialContext(ctx, e.webSocket(c.target(k, m)), header)
	if err == nil {
		ws.SetReadLimit(mostMessage)
		return ws, nil
	}
	if r == nil || !errors.Is(err, websocket.ErrBadHandshake) {
		return nil, unsent(k, ended(ctx, err))
	}
	defer r.Body.Close()
	a, _ := read(r, mostOfErrors)
	return nil, c.refusal(a, k)
}

// Deadlines of sockets are the system's time, whatever clock the client has.

// pinger keeps a WebSocket alive until stop is called, which waits for it. Each pong calls alive, which moves the
// reader's deadline; nil moves it by silence.
func pinger(ws *websocket.Conn, alive func()) (stop func()) {
	if alive == nil {
		alive = func() { _ = ws.SetReadDeadline(time.Now().Add(silence)) }
	}
	alive()
	ws.SetPongHandler(func(string) error { alive(); return nil })
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(pingEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				_ = ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout))
			case <-quit:
				return
			}
		}
	}()
	return func() { close(quit); <-done }
}

// farewell says goodbye and closes.
func farewell(ws *websocket.Conn) error {
	message := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = ws.WriteControl(websocket.CloseMessage, message, time.Now().Add(time.Second))
	return ws.Close()
}
