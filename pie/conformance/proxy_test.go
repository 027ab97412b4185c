package conformance_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// breakage is what a faulty wire does, once, at one frame of one direction.
type breakage struct {
	kind  breakKind
	up    bool // at a frame to the server, else at one from it
	frame int  // counted from 0, the HTTP upgrade's message included
	byte  int  // of the frame: where it is halved or corrupted, modulo its length
	flip  byte // what is corrupted
	delay time.Duration
}

type breakKind uint8

const (
	cutBefore breakKind = iota
	cutAfter
	halve
	corrupt
	delay
	stall
	breakKinds
)

func (b *breakage) String() string {
	names := [...]string{"cut before", "cut after", "halve", "corrupt", "delay", "stall at"}
	way := "down"
	if b.up {
		way = "up"
	}
	return fmt.Sprintf("%s frame %d %s (byte %d, ^%02x, %v)", names[b.kind], b.frame, way, b.byte, b.flip, b.delay)
}

// breakages are all that can be done to one flow: each kind at each frame of each direction, in an order of their own.
type breakages struct {
	stream uint64
	frames [2]int // of the flow without faults, down and up
	order  []int
}

func newBreakages(flow string, frames [2]int) *breakages {
	h := fnv.New64a()
	_, _ = h.Write([]byte(flow))
	b := &breakages{stream: h.Sum64(), frames: frames}
	b.order = rand.New(rand.NewPCG(b.stream, 0)).Perm((frames[0] + frames[1]) * int(breakKinds))
	return b
}

// places is how many there are. Further seeds break the same places at other bytes.
func (b *breakages) places() int { return len(b.order) }

// of is the one that a seed stands for.
func (b *breakages) of(seed int) *breakage {
	r := rand.New(rand.NewPCG(b.stream, uint64(seed)))
	place := b.order[seed%len(b.order)]
	f := &breakage{
		kind: breakKind(place % int(breakKinds)), frame: place / int(breakKinds), byte: r.IntN(4096),
		flip: byte(1 + r.IntN(255)), delay: time.Duration(r.IntN(5000)) * time.Millisecond,
	}
	if f.up = f.frame >= b.frames[0]; f.up {
		f.frame -= b.frames[0]
	}
	return f
}

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

// framer finds the frames in a stream: first an HTTP head, then WebSocket frames. Only one goroutine feeds it.
type framer struct {
	mu     sync.Mutex
	number int    // of the current frame
	head   []byte // what of its beginning is there
	left   int    // bytes still to come of it; 0: its head is not complete
	at     int    // bytes of it that have gone by
}

func (f *framer) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.number
}

// next gives the beginning of p that belongs to one frame, where it begins in it, and whether the frame ends with it.
func (f *framer) next(p []byte) (part []byte, at, number int, whole bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, number = f.at, f.number
	n := 0
	for f.left == 0 && n < len(p) { // byte by byte until the head tells how long the frame is
		f.head = append(f.head, p[n])
		n++
		var ended bool
		if f.left, ended = f.length(); ended {
			f.begin()
			return p[:n], at, number, true
		}
	}
	more := min(f.left, len(p)-n)
	f.left -= more
	n += more
	f.at += n
	if f.left == 0 && more > 0 {
		f.begin()
		return p[:n], at, number, true
	}
	return p[:n], at, number, false
}

func (f *framer) begin() { f.number, f.head, f.left, f.at = f.number+1, f.head[:0], 0, 0 }

// length is how many bytes follow the head; ended: the head was all.
func (f *framer) length() (left int, ended bool) {
	h := f.head
	if f.number == 0 {
		return 0, bytes.HasSuffix(h, []byte("\r\n\r\n"))
	}
	if len(h) < 2 {
		return 0, false
	}
	need, size := 2, int(h[1]&0x7f)
	switch size {
	case 126:
		need = 4
	case 127:
		need = 10
	}
	if h[1]&0x80 != 0 {
		need += 4
	}
	if len(h) < need {
		return 0, false
	}
	switch size {
	case 126:
		size = int(binary.BigEndian.Uint16(h[2:]))
	case 127:
		size = int(binary.BigEndian.Uint64(h[2:]))
	}
	return size, size == 0
}
