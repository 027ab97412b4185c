package clitest

import (
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// wire stands between a client and a server and can be cut.
type wire struct {
	listener net.Listener
	to       string
	pace     int // bytes a second, each way; 0: as fast as it goes

	mu   sync.Mutex
	ends []*net.TCPConn
	work sync.WaitGroup
}

func newWire(to string) (*wire, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &wire{listener: l, to: to}, nil
}

func (w *wire) address() string { return w.listener.Addr().String() }

func (w *wire) serve() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", w.to)
		if err != nil {
			_ = client.Close()
			continue
		}
		if w.pace > 0 {
			_ = client.(*net.TCPConn).SetReadBuffer(64 << 10) // what lies here is on its way no more
		}
		w.carry(client.(*net.TCPConn), server.(*net.TCPConn))
	}
}

func (w *wire) carry(a, b *net.TCPConn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ends = append(w.ends, a, b)
	for _, way := range [][2]*net.TCPConn{{a, b}, {b, a}} {
		w.work.Go(func() {
			_, _ = io.Copy(paced{way[0], w.pace}, way[1])
			_ = way[0].Close()
			_ = way[1].Close()
		})
	}
}

// cut ends all connections without a word. Later ones are carried again.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.ends {
		_ = c.SetLinger(0)
		_ = c.Close()
	}
	w.ends = nil
}

func (w *wire) close() {
	_ = w.listener.Close()
	w.cut()
	w.work.Wait()
}

// paced takes as long for a write as so many bytes a second need.
type paced struct {
	io.Writer
	pace int
}

func (p paced) Write(b []byte) (int, error) {
	if p.pace > 0 {
		<-time.After(time.Duration(len(b)) * time.Second / time.Duration(p.pace))
	}
	return p.Writer.Write(b)
}

// slow puts a wire of so many KiB a second in front of the engine that was started last: $SERVER is its address then.
func slow(ts *testscript.TestScript, neg bool, args []string) {
	pace, err := strconv.Atoi(strings.Join(args, ""))
	if neg || err != nil {
		ts.Fatalf("usage: slow KIB")
	}
	w, err := newWire(ts.Getenv("PORT"))
	ts.Check(err)
	w.pace = pace << 10
	w.work.Go(w.serve)
	ts.Defer(w.close)
	ts.Setenv("SERVER", "ws://"+w.address())
}
