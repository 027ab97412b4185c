package clitest

import (
	"io"
	"net"
	"sync"
)

// wire stands between a client and a server and can be cut.
type wire struct {
	listener net.Listener
	to       string

	mu   sync.Mutex
	ends []*net.TCPConn
	work sync.WaitGroup
}

func newWire(to string) (*wire, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &wire{listener: l, to: to}
	w.work.Go(w.serve)
	return w, nil
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
		w.carry(client.(*net.TCPConn), server.(*net.TCPConn))
	}
}

func (w *wire) carry(a, b *net.TCPConn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ends = append(w.ends, a, b)
	for _, way := range [][2]*net.TCPConn{{a, b}, {b, a}} {
		w.work.Go(func() {
			_, _ = io.Copy(way[0], way[1])
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
