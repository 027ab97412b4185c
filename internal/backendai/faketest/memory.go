package faketest

import (
	"context"
	"errors"
	"net"
	"sync"
)

// memory is a listener whose connections are pipes: no port, no kernel, so that tests may own the time.
type memory struct {
	conns chan net.Conn
	ended chan struct{}
	once  sync.Once
}

func newMemory() *memory { return &memory{conns: make(chan net.Conn), ended: make(chan struct{})} }

var errEnded = errors.New("the manager has ended")

func (m *memory) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case m.conns <- far:
		return near, nil
	case <-m.ended:
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: errEnded}
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Accept is net.Listener's.
func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.ended:
		return nil, net.ErrClosed
	}
}

// Close is net.Listener's.
func (m *memory) Close() error {
	m.once.Do(func() { close(m.ended) })
	return nil
}

// Addr is net.Listener's.
func (m *memory) Addr() net.Addr { return &net.UnixAddr{Name: "fake manager", Net: "pipe"} }
