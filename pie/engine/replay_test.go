package engine_test

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// replay plays a client's side of a recorded conversation to an engine and compares what it says with what the real
// server said: every event, its text, and the order within each process, at the recorded times.
type replay struct {
	t      *testing.T
	e      *engine.Engine
	clock  *virtualClock
	now    int // in ms, as recorded
	conns  map[string]*replayed
	theirs map[string]string // what was recorded to what is here: ids and hashes
	taught map[string]bool   // what is here and already stands for something
}

// replayed is one connection of it.
type replayed struct {
	ws *websocket.Conn

	mu     sync.Mutex
	got    []*event
	closed bool
}

func (r *replay) play(lines []*line) {
	r.t.Helper()
	r.now = lines[0].At
	leaves := lastFrames(lines)
	for i, l := range lines {
		if l.At > r.now {
			r.clock.advance(time.Duration(l.At-r.now) * time.Millisecond)
			r.now = l.At
		}
		r.clock.settle()
		r.step(l)
		if leaves[i] && r.e.Dialect().Family == "process" {
			// Such servers never confirm a Close, so that the recorded end of the connection is much later.
			_ = r.conn(l.Conn).ws.Close()
		}
	}
	r.clock.settle()
	for name, c := range r.conns {
		for _, ev := range c.waiting() {
			r.t.Errorf("%s: the real server did not say %v %d %q", name, ev.Kind, ev.Corr, ev.text)
		}
	}
}

// lastFrames marks, for each connection whose end was recorded, its last message.
func lastFrames(lines []*line) map[int]bool {
	last, ends := map[string]int{}, map[int]bool{}
	for i, l := range lines {
		if l.isFrame() {
			last[l.Conn] = i
		}
	}
	for _, l := range lines {
		if l.Method == "closed" {
			ends[last[l.Conn]] = true
		}
	}
	return ends
}

func (r *replay) step(l *line) {
	r.t.Helper()
	switch {
	case l.Direction == "-" || l.Method == "http" || l.Method == "connect":
		return
	case l.Direction == "c2s" && l.isFrame():
		r.say(r.conn(l.Conn), l)
	case l.Direction == "s2c" && l.isFrame():
		r.expect(r.conn(l.Conn), l)
	case l.Method == "close":
		r.conn(l.Conn).close()
	case l.Method == "abort":
		_ = r.conn(l.Conn).ws.NetConn().Close()
	case l.Method == "closed":
		r.expectEnd(l)
	}
}

// conn is a connection by its recorded name, opened when it is first spoken of.
func (r *replay) conn(name string) *replayed {
	r.t.Helper()
	if c := r.conns[name]; c != nil {
		return c
	}
	dialer := websocket.Dialer{NetDialContext: r.e.DialContext}
	ws, _, err := dialer.Dial("ws://engine"+r.e.Dialect().Path(), http.Header{"X-Pie-Identity": {"default/probe"}})
	if err != nil {
		r.t.Fatal(err)
	}
	c := &replayed{ws: ws}
	r.conns[name] = c
	go c.pump(r.e.Dialect())
	r.t.Cleanup(func() { _ = ws.Close() })
	return c
}

// pump reads all that comes, as fast as it comes.
func (c *replayed) pump(d *wire.Dialect) {
	for {
		kind, frame, err := c.ws.ReadMessage()
		c.mu.Lock()
		if err != nil {
			c.closed = true
			c.mu.Unlock()
			_ = c.ws.Close()
			return
		}
		ev := &event{}
		if err := d.DecodeEvent(frame, kind == websocket.TextMessage, &ev.Event); err != nil {
			ev.Text = []byte(err.Error())
		}
		ev.text, ev.id = string(ev.Text), string(ev.ID)
		c.got = append(c.got, ev)
		c.mu.Unlock()
	}
}

func (c *replayed) waiting() []*event {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.got
}

func (c *replayed) close() {
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(patience))
}

// say sends what the recorded client sent, about the processes of here.
func (r *replay) say(c *replayed, l *line) {
	r.t.Helper()
	kind := websocket.BinaryMessage
	if l.TextFrame != nil {
		kind = websocket.TextMessage
	}
	frame := r.translate(l.frame(r.t))
	if l.Cut {
		frame = r.otherUpload(l.frame(r.t))
	}
	if err := c.ws.WriteMessage(kind, frame); err != nil {
		r.t.Errorf("at %d ms: %v", l.At, err)
	}
}

// translate puts the ids and hashes of here in the place of the recorded ones. They are equally long.
func (r *replay) translate(frame []byte) []byte {
	for theirs, ours := range r.theirs {
		frame = bytes.ReplaceAll(frame, []byte(theirs), []byte(ours))
	}
	return frame
}

var (
	uuidPattern  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	hashPattern  = regexp.MustCompile(`[0-9a-f]{64}`)
	timesPattern = regexp.MustCompile(`"elapsed_secs":\d+`)
)

// expect finds what the real server said among what has come.
func (r *replay) expect(c *replayed, l *line) {
	r.t.Helper()
	want := &event{}
	if !l.Cut {
		if err := r.e.Dialect().DecodeEvent(l.frame(r.t), l.TextFrame != nil, &want.Event); err != nil {
			r.t.Fatal(err)
		}
	} else if want.Kind = wire.File; l.Method == "streaming_output" {
		want.Kind = wire.Stdout
	}
	want.text, want.id = string(want.Text), string(want.ID)
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, got := range c.got {
		if r.same(want, got, l.Cut) {
			c.got = append(c.got[:i], c.got[i+1:]...)
			return
		}
		if want.id != "" && got.id == r.theirs[want.id] {
			r.t.Errorf("at %d ms: %s got %v %q, the real server said %v %q", l.At, l.Conn, got.Kind, got.text, want.Kind, want.text)
			return
		}
	}
	r.t.Errorf("at %d ms: %s did not get %v %d %q", l.At, l.Conn, want.Kind, want.Corr, want.text)
	for _, got := range c.got {
		r.t.Logf("  it has %v %d %q", got.Kind, got.Corr, got.text)
	}
}

// expectEnd is the end of a connection, which the recorded note says who began.
func (r *replay) expectEnd(l *line) {
	r.t.Helper()
	c := r.conn(l.Conn)
	if strings.HasSuffix(l.Note, "False)") || strings.HasSuffix(l.Note, "None)") {
		c.close()
	}
	r.clock.settle()
	giveUp := time.Now().Add(patience)
	for {
		c.mu.Lock()
		closed := c.closed
		c.mu.Unlock()
		if closed {
			return
		}
		if time.Now().After(giveUp) {
			r.t.Fatalf("at %d ms: %s is still open", l.At, l.Conn)
		}
	}
}
