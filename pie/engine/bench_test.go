package engine_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// counter reads a connection as fast as it can, counting ends.
type counter struct {
	ws   *websocket.Conn
	d    *wire.Dialect
	ev   wire.Event
	buf  []byte
	ends int
	all  int
}

func newCounter(b *testing.B, e *engine.Engine, dial dialFunc) *counter {
	b.Helper()
	d := e.Dialect()
	dialer := websocket.Dialer{NetDialContext: dial, ReadBufferSize: 64 << 10, WriteBufferSize: 64 << 10}
	ws, _, err := dialer.Dial("ws://engine"+d.Path(), http.Header{"X-Pie-Identity": {"b"}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = ws.Close() })
	return &counter{ws: ws, d: d, buf: make([]byte, 64<<10)}
}

func (c *counter) one(b *testing.B) {
	kind, r, err := c.ws.NextReader()
	if err != nil {
		b.Fatal(err)
	}
	n, err := r.Read(c.buf)
	for err == nil {
		var more int
		more, err = r.Read(c.buf[n:])
		n += more
	}
	if err != io.EOF {
		b.Fatal(err)
	}
	if err := c.d.DecodeEvent(c.buf[:n], kind == websocket.TextMessage, &c.ev); err != nil {
		b.Fatal(err)
	}
	c.all++
	if c.ev.Kind.Terminal() {
		c.ends++
	}
}

func (c *counter) launch(b *testing.B, corr uint32, program, input string) {
	frame, _, err := c.d.EncodeCommand(nil, &wire.Command{Kind: wire.Launch, Corr: corr, Program: program, Input: input, Capture: true})
	if err != nil {
		b.Fatal(err)
	}
	if err := c.ws.WriteMessage(websocket.BinaryMessage, frame); err != nil {
		b.Fatal(err)
	}
}

func benchEngine(b *testing.B) *engine.Engine {
	b.Helper()
	e, err := engine.New(engine.Config{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = e.Close() })
	return e
}

// BenchmarkLaunch launches and finishes no-ops, all in flight together.
func BenchmarkLaunch(b *testing.B) {
	e := benchEngine(b)
	c := newCounter(b, e, e.DialContext)
	b.ReportAllocs()
	go func() {
		for i := range b.N {
			c.launch(b, uint32(i+1), "noop@0.1.0", "{}")
		}
	}()
	for c.ends < b.N {
		c.one(b)
	}
}

// BenchmarkSource is pieces of 16 bytes from 1, 100 and 10,000 programs.
func BenchmarkSource(b *testing.B) {
	for _, programs := range []int{1, 100, 10000} {
		for _, where := range []string{"memory", "socket"} {
			b.Run(fmt.Sprintf("%s/%d", where, programs), func(b *testing.B) {
				e := benchEngine(b)
				dial := e.DialContext
				if where == "socket" {
					dial = socket(b, e)
				}
				benchSource(b, newCounter(b, e, dial), programs)
			})
		}
	}
}

func benchSource(b *testing.B, c *counter, programs int) {
	input := fmt.Sprintf(`{"n":%d,"size":16}`, b.N/programs+1)
	b.ReportAllocs()
	go func() {
		for i := range programs {
			c.launch(b, uint32(i+1), "source@0.1.0", input)
		}
	}()
	for c.ends < programs {
		c.one(b)
	}
	b.ReportMetric(float64(c.all)/b.Elapsed().Seconds(), "events/s")
}
