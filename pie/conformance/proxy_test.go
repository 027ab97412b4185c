package conformance_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"time"
)

const (
	cutBefore breakKind = iota
	cutAfter
	halve
	corrupt
	delay
	stall
	breakKinds
)

// proxy dials and breaks the first connection that it dials; later ones are sound.
type proxy struct {
	dial  dialFunc
	fault *breakage // nil: count alone

	mu    sync.Mutex
	first *faultyConn
}

func (p *proxy) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := p.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.first != nil {
		return conn, nil
	}
	p.first = newFaultyConn(conn, p.fault)
	return p.first, nil
}

// frames is how many went down and up.
func (p *proxy) frames() [2]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return [2]int{p.first.down.count(), p.first.up.count()}
}

// faultyConn is a connection that knows where its frames begin.
type faultyConn struct {
	net.Conn
	fault    *breakage
	down, up framer
	rest     []byte // read and cut into frames, not yet handed out

	once   sync.Once
	broken chan struct{} // closed when nothing passes any more
}

func newFaultyConn(conn net.Conn, fault *breakage) *faultyConn {
	return &faultyConn{Conn: conn, fault: fault, broken: make(chan struct{})}
}

func (c *faultyConn) isBroken() bool {
	select {
	case <-c.broken:
		return true
	default:
		return false
	}
}

// sever ends the connection for both sides; a stalled one stays open, deaf and dumb.
func (c *faultyConn) sever(silently bool) {
	c.once.Do(func() { close(c.broken) })
	if !silently {
		_ = c.Conn.Close()
	}
}

func (c *faultyConn) Read(p []byte) (int, error) {
	for len(c.rest) == 0 {
		buf := make([]byte, 4096)
		n, err := c.Conn.Read(buf)
		if n > 0 && !c.isBroken() {
			c.rest = c.pass(&c.down, false, buf[:n])
		}
		if err != nil && len(c.rest) == 0 {
			return 0, err
		}
		if len(c.rest) == 0 && c.isBroken() && c.fault.kind != stall {
			return 0, io.ErrUnexpectedEOF
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *faultyConn) Write(p []byte) (int, error) {
	if c.isBroken() {
		if c.fault.kind == stall {
			return len(p), nil
		}
		return 0, net.ErrClosed
	}
	if out := c.pass(&c.up, true, p); len(out) > 0 {
		if _, err := c.Conn.Write(out); err != nil {
			return 0, err
		}
	}
	if c.isBroken() && c.fault.kind != stall {
		_ = c.Conn.Close()
		return 0, net.ErrClosed
	}
	return len(p), nil
}

// pass counts the frames in p and gives what of it goes on.
func (c *faultyConn) pass(f *framer, up bool, p []byte) (out []byte) {
	for len(p) > 0 {
		part, at, number, whole := f.next(p)
		p = p[len(part):]
		if c.fault == nil || c.fault.up != up || c.fault.frame != number {
			out = append(out, part...)
			continue
		}
		kept, over := c.spoil(part, at, whole)
		out = append(out, kept...)
		if over {
			c.sever(up || c.fault.kind == stall || len(out) > 0)
			return out
		}
	}
	return out
}

// spoil does the breakage to a part of its frame, which begins at byte at of it; over: nothing follows.
func (c *faultyConn) spoil(part []byte, at int, whole bool) (kept []byte, over bool) {
	switch c.fault.kind {
	case cutBefore, stall:
		return nil, true
	case cutAfter:
		return part, whole
	case halve:
		return part[:len(part)/2], true
	case corrupt:
		part = bytes.Clone(part)
		if at == 0 {
			part[c.fault.byte%len(part)] ^= c.fault.flip
		}
		return part, false
	case delay:
		if at == 0 {
			timer := time.NewTimer(c.fault.delay)
			<-timer.C
		}
	}
	return part, false
}
