package engine

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
)

// windowSize bounds the bytes on their way in one direction of a connection in memory.
const windowSize = 256 << 10

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
