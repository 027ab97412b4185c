package pie_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/tinylib/msgp/msgp"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// flood is a server on a real socket that answers n launches and then sends prepared events as fast as it can,
// without building frames: what is measured is the receiver.
type flood struct {
	addr      string
	instances int
	go_       chan int // events to send
}

func newFlood(b *testing.B, instances int) *flood {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	f := &flood{addr: "ws://" + l.Addr().String(), instances: instances, go_: make(chan int)}
	s := &http.Server{Handler: http.HandlerFunc(f.serve)}
	go s.Serve(l)
	b.Cleanup(func() { close(f.go_); s.Close() })
	return f
}

func (f *flood) serve(w http.ResponseWriter, r *http.Request) {
	u := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := u.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	d, _ := wire.Find("worker-0.5")
	for n := range f.instances {
		_, frame, err := ws.ReadMessage()
		if err != nil {
			return
		}
		var cmd wire.Command
		d.DecodeCommand(frame, false, &cmd)
		answer, _, _ := d.EncodeEvent(nil, &wire.Event{Kind: wire.Answer, For: wire.Launch, Corr: cmd.Corr, OK: true, Text: []byte(floodID(n))})
		ws.WriteMessage(websocket.BinaryMessage, answer)
	}
	conn := ws.NetConn()
	for n := range f.go_ {
		f.send(conn, d, n)
	}
}

func floodID(n int) string { return fmt.Sprintf("%08x-aaaa-4aaa-8aaa-aaaaaaaaaaaa", n) }

// send writes n events of 16 bytes, round robin, many frames in one write.
func (f *flood) send(conn net.Conn, d *wire.Dialect, n int) {
	var frames [][]byte
	for k := range f.instances {
		body, _, _ := d.EncodeEvent(nil, &wire.Event{Kind: wire.Stdout, ID: []byte(floodID(k)), Text: []byte("0123456789abcdef")})
		frames = append(frames, append([]byte{0x82, byte(len(body))}, body...))
		if len(body) > 125 {
			panic("long header needed")
		}
	}
	var buf []byte
	for k := range n {
		buf = append(buf, frames[k%len(frames)]...)
		if len(buf) > 64<<10 || k == n-1 {
			if _, err := conn.Write(buf); err != nil {
				return
			}
			buf = buf[:0]
		}
	}
}

// BenchmarkEvents is events per second through the client from so many instances; the consumer takes whole batches.
func BenchmarkEvents(b *testing.B) {
	for _, n := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprintf("instances=%d/client", n), func(b *testing.B) { clientEvents(b, n) })
		b.Run(fmt.Sprintf("instances=%d/floor", n), func(b *testing.B) { floorEvents(b, n) })
	}
}

func clientEvents(b *testing.B, n int) {
	f := newFlood(b, n)
	c, err := pie.Dial(context.Background(), pie.Config{URI: f.addr, Dialect: "worker-0.5", InstanceBuffer: 1 << 30, Buffer: 1 << 40,
		CloseGrace: time.Millisecond}) // the flood answers no Close, and leaving is not what is measured
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close(context.Background())
	ready := make(chan *pie.Instance, n)
	for range n {
		i, err := c.Launch(context.Background(), pie.Launch{Program: "p@1.0.0"})
		if err != nil {
			b.Fatal(err)
		}
		var told atomic.Bool
		i.OnReady(func() {
			if told.CompareAndSwap(false, true) {
				ready <- i
				told.Store(false)
			}
		})
	}
	b.ReportAllocs()
	b.ResetTimer()
	f.go_ <- b.N
	var batch []pie.Event
	for got := 0; got < b.N; {
		i := <-ready
		clear(batch)
		batch = i.Take(batch[:0])
		got += len(batch)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// floorEvents is the least that any client in Go has to do: read the frame and decode it, keep nothing.
func floorEvents(b *testing.B, n int) {
	f := newFlood(b, n)
	ws, _, err := websocket.DefaultDialer.Dial(f.addr, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer ws.Close()
	d, _ := wire.Find("worker-0.5")
	for k := range n {
		frame, _, _ := d.EncodeCommand(nil, &wire.Command{Kind: wire.Launch, Corr: uint32(k + 1), Program: "p@1.0.0", Input: "{}", Capture: true})
		ws.WriteMessage(websocket.BinaryMessage, frame)
		if _, _, err := ws.ReadMessage(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	f.go_ <- b.N
	buf := make([]byte, 4096)
	for range b.N {
		_, r, err := ws.NextReader()
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for {
			m, err := r.Read(buf[n:])
			n += m
			if err != nil {
				break
			}
		}
		floorDecode(b, buf[:n])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

func floorDecode(b *testing.B, p []byte) {
	size, p, err := msgp.ReadMapHeaderBytes(p)
	for ; size > 0 && err == nil; size-- {
		if _, p, err = msgp.ReadStringZC(p); err == nil {
			_, p, err = msgp.ReadStringZC(p)
		}
	}
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkLaunches is launches that end at once, 1,000 in flight together, over a real socket.
func BenchmarkLaunches(b *testing.B) {
	e := serve(b, "worker-0.5")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go e.Serve(l)
	c, err := pie.Dial(context.Background(), pie.Config{URI: l.Addr().String(), Dialect: "worker-0.5"})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close(context.Background())
	b.ReportAllocs()
	b.SetParallelism(500)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i, err := c.Launch(context.Background(), pie.Launch{Program: "noop"})
			if err != nil {
				b.Error(err)
				return
			}
			<-i.Done()
		}
	})
}

// BenchmarkEcho is a message to a program and its answer, one after another, over a real socket.
func BenchmarkEcho(b *testing.B) {
	e := serve(b, "worker-0.5")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go e.Serve(l)
	b.Run("client", func(b *testing.B) {
		c, err := pie.Dial(context.Background(), pie.Config{URI: l.Addr().String(), Dialect: "worker-0.5"})
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close(context.Background())
		i := launch(b, c, pie.Launch{Program: "echo"})
		b.ReportAllocs()
		for b.Loop() {
			i.Send("0123456789abcdef")
			if _, err := i.Next(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("floor", func(b *testing.B) { floorEcho(b, "ws://"+l.Addr().String()) })
}

func floorEcho(b *testing.B, uri string) {
	ws, _, err := websocket.DefaultDialer.Dial(uri, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer ws.Close()
	d, _ := wire.Find("worker-0.5")
	frame, _, _ := d.EncodeCommand(nil, &wire.Command{Kind: wire.Launch, Corr: 1, Program: "echo", Input: "{}", Capture: true})
	ws.WriteMessage(websocket.BinaryMessage, frame)
	_, answer, err := ws.ReadMessage()
	if err != nil {
		b.Fatal(err)
	}
	var e wire.Event
	d.DecodeEvent(answer, false, &e)
	frame, _, _ = d.EncodeCommand(nil, &wire.Command{Kind: wire.Signal, ID: string(e.Text), Text: "0123456789abcdef"})
	b.ReportAllocs()
	for b.Loop() {
		ws.WriteMessage(websocket.BinaryMessage, frame)
		if _, _, err := ws.ReadMessage(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDial is connecting to the embedded engine and leaving it.
func BenchmarkDial(b *testing.B) {
	e := serve(b, "worker-0.5")
	for b.Loop() {
		c, err := pie.Dial(context.Background(), pie.Config{URI: "ws://engine", Dialect: "worker-0.5", DialContext: e.DialContext})
		if err != nil {
			b.Fatal(err)
		}
		c.Close(context.Background())
	}
}
