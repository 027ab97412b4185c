package engine_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for a frame before it gives up.
const patience = 20 * time.Second

func dialect(t testing.TB, name string) *wire.Dialect {
	t.Helper()
	d, err := wire.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func start(t testing.TB, c engine.Config) *engine.Engine {
	t.Helper()
	e, err := engine.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// client is a bare end of the wire: it sends commands and frames and reads what comes.
type client struct {
	t    testing.TB
	d    *wire.Dialect
	ws   *websocket.Conn
	conn net.Conn
	corr uint32
	kept []*event // read while looking for something else
}

// event is an owned copy of what a server said.
type event struct {
	wire.Event
	text string
	id   string
}

func connect(t testing.TB, e *engine.Engine) *client {
	t.Helper()
	return connectBy(t, e.Dialect(), e.DialContext)
}

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// dialTo dials one address whatever it is asked for.
func dialTo(addr string) dialFunc {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", addr)
	}
}

func connectBy(t testing.TB, d *wire.Dialect, dial dialFunc) *client {
	t.Helper()
	c := &client{t: t, d: d}
	dialer := websocket.Dialer{NetDialContext: func(ctx context.Context, n, a string) (net.Conn, error) {
		conn, err := dial(ctx, n, a)
		c.conn = conn
		return conn, err
	}}
	ws, response, err := dialer.Dial("ws://engine"+d.Path(), http.Header{"X-Pie-Identity": {"default/test"}})
	if err != nil {
		t.Fatalf("dial: %v %v", err, response)
	}
	c.ws = ws
	t.Cleanup(func() { _ = ws.Close() })
	return c
}

// login identifies where that has to be done.
func (c *client) login(user string) *client {
	c.t.Helper()
	if c.d.Features.LoginCommand == wire.Identify {
		c.ask(&wire.Command{Kind: wire.Identify, User: user})
	}
	return c
}

func (c *client) raw(kind int, frame []byte) {
	c.t.Helper()
	if err := c.ws.WriteMessage(kind, frame); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

// send gives the command a number unless it has one.
func (c *client) send(cmd *wire.Command) uint32 {
	c.t.Helper()
	if cmd.Corr == 0 {
		c.corr++
		cmd.Corr = c.corr
	}
	frame, text, err := c.d.EncodeCommand(nil, cmd)
	if err != nil {
		c.t.Fatalf("encode: %v", err)
	}
	kind := websocket.BinaryMessage
	if text {
		kind = websocket.TextMessage
	}
	c.raw(kind, frame)
	return cmd.Corr
}

// read gives the next frame, or the error that ended the connection.
func (c *client) read() (*event, error) {
	_ = c.ws.SetReadDeadline(time.Now().Add(patience))
	kind, frame, err := c.ws.ReadMessage()
	if err != nil {
		return nil, err
	}
	ev := &event{}
	if err := c.d.DecodeEvent(frame, kind == websocket.TextMessage, &ev.Event); err != nil {
		c.t.Errorf("decode %q: %v", frame, err)
	}
	ev.text, ev.id = string(ev.Text), string(ev.ID)
	return ev, nil
}

// until reads up to the event that ok accepts; the others are kept for later calls.
func (c *client) until(what string, ok func(*event) bool) *event {
	c.t.Helper()
	for i, ev := range c.kept {
		if ok(ev) {
			c.kept = append(c.kept[:i], c.kept[i+1:]...)
			return ev
		}
	}
	for {
		ev, err := c.read()
		if err != nil {
			c.t.Fatalf("waiting for %s: %v", what, err)
		}
		if ok(ev) {
			return ev
		}
		c.kept = append(c.kept, ev)
	}
}

func (c *client) answer(corr uint32) *event {
	c.t.Helper()
	return c.until("an answer", func(ev *event) bool {
		return (ev.Kind == wire.Answer || ev.Kind == wire.Listing) && ev.Corr == corr
	})
}

func (c *client) ask(cmd *wire.Command) *event {
	c.t.Helper()
	return c.answer(c.send(cmd))
}

// next gives the next event of an instance.
func (c *client) next(id string) *event {
	c.t.Helper()
	return c.until("an event of "+id, func(ev *event) bool { return ev.id == id && ev.Kind != wire.Answer })
}

// quiet checks that nothing but what ok accepts came before the answer to a ping.
func (c *client) quiet() {
	c.t.Helper()
	c.ask(&wire.Command{Kind: wire.Ping})
	for _, ev := range c.kept {
		if ev.Kind != wire.TurnDone {
			c.t.Errorf("unexpected: %v %q", ev.Kind, ev.text)
		}
	}
}

// launching fills in a launch by name as the generation wants it.
func (c *client) launching(name, input string) *wire.Command {
	cmd := &wire.Command{Kind: wire.Launch, Capture: true, Input: input}
	for _, p := range engine.Builtin() {
		m := p.Manifest()
		if m.Name == name {
			cmd.Program, cmd.Hash = m.Name+"@"+m.Version, engine.BuiltinHash(p)
		}
	}
	if c.d.Features.Namespaces && !c.d.Features.HashNames {
		cmd.Program = "std/" + cmd.Program
	}
	if c.d.Features.Arguments {
		cmd.Args = strings.Fields(input)
	}
	return cmd
}

// launch gives the id of a captured process.
func (c *client) launch(name, input string) string {
	c.t.Helper()
	ev := c.ask(c.launching(name, input))
	if !ev.OK {
		c.t.Fatalf("launch %s: %s", name, ev.text)
	}
	return ev.text
}

// rest reads all events of an instance up to its end.
func (c *client) rest(id string) (list []*event) {
	c.t.Helper()
	for {
		ev := c.next(id)
		list = append(list, ev)
		if ev.Kind.Terminal() {
			return list
		}
	}
}

func (c *client) closed() error {
	c.t.Helper()
	for {
		if _, err := c.read(); err != nil {
			return err
		}
	}
}
