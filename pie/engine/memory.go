package engine

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// windowSize bounds the bytes on their way in one direction of a connection in memory.
const windowSize = 256 << 10

// memoryConn is one end of a duplex stream in memory that behaves as a TCP connection does: buffered, bounded, with
// deadlines on the engine's clock, half-close and reset.
type memoryConn struct {
	in, out *half
	local   memoryAddr
	remote  memoryAddr
}

type memoryAddr string

func (memoryAddr) Network() string  { return "memory" }
func (a memoryAddr) String() string { return string(a) }

// newMemoryPair connects two ends. meter is told +1 while bytes are on their way or their reader has not come back
// for more, which it does only when it has dealt with them.
func newMemoryPair(clock Clock, meter func(int)) (client, server *memoryConn) {
	up, down := newHalf(clock, meter), newHalf(clock, meter)
	client = &memoryConn{in: down, out: up, local: "client", remote: "engine"}
	server = &memoryConn{in: up, out: down, local: "engine", remote: "client"}
	return client, server
}

func (c *memoryConn) Read(p []byte) (int, error)  { return c.in.read(p) }
func (c *memoryConn) Write(p []byte) (int, error) { return c.out.write(p) }
func (c *memoryConn) LocalAddr() net.Addr         { return c.local }
func (c *memoryConn) RemoteAddr() net.Addr        { return c.remote }

// Close ends both directions; the peer still reads what was written.
func (c *memoryConn) Close() error {
	c.out.closeWrite()
	c.in.closeRead()
	return c.SetDeadline(time.Time{})
}

// CloseWrite ends this end's own direction alone.
func (c *memoryConn) CloseWrite() error {
	c.out.closeWrite()
	return nil
}

// reset ends both directions at once for both ends, and what was on its way is gone.
func (c *memoryConn) reset() {
	c.out.breakOff(errReset)
	c.in.breakOff(errReset)
}

var errReset = &net.OpError{Op: "read", Net: "memory", Err: syscall.ECONNRESET}

func (c *memoryConn) SetDeadline(t time.Time) error {
	c.in.setDeadline(&c.in.readBy, t)
	c.out.setDeadline(&c.out.writeBy, t)
	return nil
}

func (c *memoryConn) SetReadDeadline(t time.Time) error {
	c.in.setDeadline(&c.in.readBy, t)
	return nil
}

func (c *memoryConn) SetWriteDeadline(t time.Time) error {
	c.out.setDeadline(&c.out.writeBy, t)
	return nil
}

// half is one direction: a ring of bytes that grows up to windowSize.
type half struct {
	clock Clock
	meter func(int)

	writing sync.Mutex // keeps one Write whole

	mu                sync.Mutex
	changed           sync.Cond
	ring              []byte
	head, size        int
	waiting           int // writers that wait for room
	wroteAll, readAll bool
	fault             error
	toldEnd           bool // the reader knows that nothing follows
	counted           bool // the meter has been told +1
	suspended         bool // the reader waits for time to pass: nothing is counted
	readBy, writeBy   deadline
}

func newHalf(clock Clock, meter func(int)) *half {
	h := &half{clock: clock, meter: meter}
	h.changed.L = &h.mu
	return h
}

func (h *half) read(p []byte) (int, error) {
	h.rest()
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.size == 0 {
		if err := h.whyNoBytes(); err != nil {
			h.toldEnd = h.ended()
			return 0, err
		}
		h.wait(&h.readBy)
	}
	n := h.take(p)
	h.changed.Broadcast()
	return n, nil
}

// rest tells the meter that what was read before has been dealt with.
func (h *half) rest() {
	h.mu.Lock()
	idle := h.counted && h.size == 0 && h.waiting == 0 && h.ended() == h.toldEnd
	if idle {
		h.counted = false
	}
	h.mu.Unlock()
	if idle {
		h.meter(-1)
	}
}

// ended says whether nothing will be written any more.
func (h *half) ended() bool { return h.wroteAll || h.fault != nil }

func (h *half) whyNoBytes() error {
	switch {
	case h.fault != nil:
		return h.fault
	case h.readAll:
		return net.ErrClosed
	case h.wroteAll:
		return io.EOF
	case h.readBy.passed(h.clock):
		return os.ErrDeadlineExceeded
	}
	return nil
}

func (h *half) take(p []byte) int {
	n := 0
	for n < len(p) && h.size > 0 {
		k := copy(p[n:], h.ring[h.head:min(h.head+h.size, len(h.ring))])
		h.head = (h.head + k) % len(h.ring)
		h.size -= k
		n += k
	}
	return n
}

func (h *half) write(p []byte) (int, error) {
	h.writing.Lock()
	defer h.writing.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	done := 0
	for done < len(p) {
		if err := h.whyNoRoom(); err != nil {
			return done, err
		}
		if n := h.put(p[done:]); n > 0 {
			done += n
			h.changed.Broadcast()
			continue
		}
		h.waiting++
		h.wait(&h.writeBy)
		h.waiting--
	}
	return done, nil
}

func (h *half) whyNoRoom() error {
	switch {
	case h.fault != nil:
		return h.fault
	case h.wroteAll:
		return net.ErrClosed
	case h.readAll:
		return &net.OpError{Op: "write", Net: "memory", Err: syscall.EPIPE}
	case h.writeBy.passed(h.clock):
		return os.ErrDeadlineExceeded
	}
	return nil
}

func (h *half) put(p []byte) int {
	h.grow(len(p))
	n := 0
	for n < len(p) && h.size < len(h.ring) {
		tail := (h.head + h.size) % len(h.ring)
		end := len(h.ring)
		if tail < h.head {
			end = h.head
		}
		k := copy(h.ring[tail:end], p[n:])
		h.size += k
		n += k
	}
	if n > 0 && !h.suspended {
		h.count()
	}
	return n
}

func (h *half) count() {
	if !h.counted {
		h.counted = true
		h.meter(+1)
	}
}

// suspend says that the reader waits for time to pass, so that what is on its way to it does not hold time up.
func (h *half) suspend() {
	h.mu.Lock()
	counted := h.counted
	h.suspended, h.counted = true, false
	h.mu.Unlock()
	if counted {
		h.meter(-1)
	}
}

// resume says that the reader is at work again.
func (h *half) resume() {
	h.mu.Lock()
	h.suspended = false
	if !h.readAll {
		h.count()
	}
	h.mu.Unlock()
}

// grow makes room for n more bytes as far as the window goes.
func (h *half) grow(n int) {
	want := min(h.size+n, windowSize)
	if want <= len(h.ring) {
		return
	}
	size := max(len(h.ring), 2<<10)
	for size < want {
		size *= 2
	}
	ring := make([]byte, size)
	held := h.size
	h.take(ring[:held])
	h.ring, h.head, h.size = ring, 0, held
}

// closeWrite ends the stream. The end is on its way like bytes are, until the reader comes back after it or closes.
func (h *half) closeWrite() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.wroteAll {
		h.wroteAll = true
		h.announceEnd()
	}
}

// breakOff is closeWrite with an error for both ends. What is on its way is gone.
func (h *half) breakOff(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fault = err
	h.size, h.ring = 0, nil
	h.announceEnd()
}

func (h *half) announceEnd() {
	if !h.readAll && !h.suspended && !h.toldEnd {
		h.count()
	}
	h.changed.Broadcast()
}

// closeRead drops what is on its way, since nobody will read it.
func (h *half) closeRead() {
	h.mu.Lock()
	h.readAll = true
	h.size, h.ring = 0, nil
	counted := h.counted
	h.counted = false
	h.changed.Broadcast()
	h.mu.Unlock()
	if counted {
		h.meter(-1)
	}
}

// deadline is the time at which a wait gives up. Its timer runs only while somebody waits.
type deadline struct {
	at   time.Time
	stop func() bool
}

func (d *deadline) passed(c Clock) bool { return !d.at.IsZero() && !c.Now().Before(d.at) }

func (h *half) setDeadline(d *deadline, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	d.at = at
	if d.stop != nil {
		d.stop()
		d.stop = nil
	}
	h.changed.Broadcast()
}

// wait sleeps until something changed, which may be that d has passed.
func (h *half) wait(d *deadline) {
	if !d.at.IsZero() && d.stop == nil {
		d.stop = h.clock.AfterFunc(d.at.Sub(h.clock.Now()), func() { h.expire(d) })
	}
	h.changed.Wait()
}

func (h *half) expire(d *deadline) {
	h.mu.Lock()
	d.stop = nil
	h.changed.Broadcast()
	h.mu.Unlock()
}
