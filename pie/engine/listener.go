package engine

import (
	"context"
	"errors"
	"net"
	"syscall"
)

// DialContext opens a connection in memory. network and addr are not looked at, so that it fits wherever a dialer's
// DialContext does. The connection is buffered, bounded, and has deadlines on the engine's clock.
func (e *Engine) DialContext(ctx context.Context, network, _ string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	client, server := newMemoryPair(e.clock, e.meter)
	if !e.accept(server) {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: memoryAddr("engine"), Err: syscall.ECONNREFUSED}
	}
	return client, nil
}

// Serve takes connections from l until l or the engine is closed, and closes l. The error is nil after Close.
func (e *Engine) Serve(l net.Listener) error {
	if !e.addListener(l) {
		_ = l.Close()
		return ErrClosed
	}
	defer e.removeListener(l)
	for {
		conn, err := l.Accept()
		if err != nil {
			return e.serveError(err)
		}
		if !e.accept(conn) {
			_ = conn.Close()
		}
	}
}

func (e *Engine) serveError(err error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (e *Engine) addListener(l net.Listener) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return false
	}
	e.listeners[l] = struct{}{}
	return true
}

func (e *Engine) removeListener(l net.Listener) {
	e.mu.Lock()
	delete(e.listeners, l)
	e.mu.Unlock()
	_ = l.Close()
}

// accept gives conn a session and its goroutines.
func (e *Engine) accept(conn net.Conn) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return false
	}
	s := newSession(e, conn)
	e.sessions[s] = struct{}{}
	e.tasks.Go(func() {
		defer e.forgetSession(s)
		s.serve()
	})
	return true
}

func (e *Engine) forgetSession(s *session) {
	e.mu.Lock()
	delete(e.sessions, s)
	e.mu.Unlock()
}
