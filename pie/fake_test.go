package pie_test

import (
	"context"
	"errors"
	"iter"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// fake is a server that does what a test tells it, right or wrong. Its connections are unbuffered pipes, so that it
// also can stop reading.
type fake struct {
	t       testing.TB
	dialect *wire.Dialect
	pipes   chan net.Conn
	closed  chan struct{}
	once    sync.Once
	wg      sync.WaitGroup
	serve   func(*fakeConn)
	http    http.Server
}

// fakeConn is one connection to a fake.
type fakeConn struct {
	f    *fake
	n    int // counted from 1
	ws   *websocket.Conn
	raw  net.Conn
	mute bool // answer no pings
}

// newFake starts a server; serve is run for each connection, which ends with it.
func newFake(t testing.TB, generation string, serve func(*fakeConn)) *fake {
	t.Helper()
	f := &fake{t: t, dialect: known(t, generation), serve: serve, pipes: make(chan net.Conn), closed: make(chan struct{})}
	n := 0
	f.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		f.upgrade(w, r, n)
	})
	f.wg.Add(1)
	go func() { defer f.wg.Done(); f.http.Serve(f) }()
	t.Cleanup(f.stop)
	return f
}

func (f *fake) upgrade(w http.ResponseWriter, r *http.Request, n int) {
	u := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }, WriteBufferSize: 1 << 16}
	ws, err := u.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &fakeConn{f: f, n: n, ws: ws, raw: ws.NetConn()}
	ws.SetPingHandler(func(data string) error {
		if c.mute {
			return nil
		}
		return ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
	})
	f.wg.Add(1)
	defer f.wg.Done()
	defer ws.Close()
	f.serve(c)
}

func (f *fake) stop() {
	f.once.Do(func() { close(f.closed) })
	f.http.Close()
	f.wg.Wait()
}

// Accept, Close and Addr make it the listener of its own HTTP server.
func (f *fake) Accept() (net.Conn, error) {
	select {
	case c := <-f.pipes:
		return c, nil
	case <-f.closed:
		return nil, net.ErrClosed
	}
}

func (f *fake) Close() error   { f.once.Do(func() { close(f.closed) }); return nil }
func (f *fake) Addr() net.Addr { return &net.UnixAddr{Name: "fake"} }

func (f *fake) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case f.pipes <- theirs:
		return ours, nil
	case <-f.closed:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// dial connects to the fake with its own dialect named.
func (f *fake) dial(change func(*pie.Config)) *pie.Client {
	f.t.Helper()
	cfg := pie.Config{URI: "ws://fake", DialContext: f.DialContext, Dialect: f.dialect.Generation, Liveness: -1}
	if change != nil {
		change(&cfg)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pie.Dial(ctx, cfg)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// read gives the next command; ok is false at the end of the connection.
func (c *fakeConn) read() (cmd wire.Command, ok bool) {
	for {
		kind, frame, err := c.ws.ReadMessage()
		if err != nil {
			return cmd, false
		}
		if c.f.dialect.DecodeCommand(frame, kind == websocket.TextMessage, &cmd) == nil {
			return cmd, true
		}
	}
}

// commands are all that come until the connection ends.
func (c *fakeConn) commands() iter.Seq[*wire.Command] {
	return func(yield func(*wire.Command) bool) {
		for cmd, ok := c.read(); ok && yield(&cmd); cmd, ok = c.read() {
		}
	}
}

// want reads commands up to one of the kind.
func (c *fakeConn) want(kind wire.CommandKind) wire.Command {
	for {
		cmd, ok := c.read()
		if !ok || cmd.Kind == kind {
			return cmd
		}
		if cmd.Kind == wire.Identify {
			c.yes(&cmd, "Already authenticated")
		}
	}
}

// tell sends an event.
func (c *fakeConn) tell(e wire.Event) {
	frame, text, err := c.f.dialect.EncodeEvent(nil, &e)
	if err != nil {
		c.f.t.Errorf("fake: %v", err)
		return
	}
	kind := websocket.BinaryMessage
	if text {
		kind = websocket.TextMessage
	}
	c.ws.WriteMessage(kind, frame)
}

func (c *fakeConn) yes(cmd *wire.Command, text string) {
	c.tell(wire.Event{Kind: wire.Answer, Corr: cmd.Corr, For: cmd.Kind, OK: true, Text: []byte(text)})
}

func (c *fakeConn) no(cmd *wire.Command, text string) {
	c.tell(wire.Event{Kind: wire.Answer, Corr: cmd.Corr, For: cmd.Kind, Text: []byte(text)})
}

// out sends one piece of stdout.
func (c *fakeConn) out(id, text string) {
	c.tell(wire.Event{Kind: wire.Stdout, ID: []byte(id), Text: []byte(text)})
}

func (c *fakeConn) done(id, text string) {
	c.tell(wire.Event{Kind: wire.Completed, ID: []byte(id), Text: []byte(text)})
}

// listed answers a list.
func (c *fakeConn) listed(cmd *wire.Command, ids ...string) {
	c.tell(wire.Event{Kind: wire.Listing, For: wire.List, Corr: cmd.Corr, OK: true, Instances: infos(ids)})
}

// infos are the rows of a list.
func infos(ids []string) []wire.InstanceInfo {
	list := make([]wire.InstanceInfo, len(ids))
	for k, id := range ids {
		list[k] = wire.InstanceInfo{ID: id, Program: "p@1.0.0", User: "default", Input: "{}"}
	}
	return list
}

// idle reads until the connection ends.
func (c *fakeConn) idle() {
	for range c.commands() {
	}
}

// ids of the instances that fakes run.
const (
	idA = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
	idB = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
)
