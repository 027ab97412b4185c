package pie

import (
	"net"
	"sync"
	"syscall"
	"time"
)

// sock is the connection below the WebSocket. Once it is armed, Write only collects bytes, which the writer
// goroutine sends with flush: many frames, one system call. Read first tells the reader that it is about to wait,
// which is the moment to wake the consumers of what the last burst brought.
//
// Write never blocks after arming, so the WebSocket library may write from the reader's goroutine (its answers to
// protocol errors) whatever the writer is doing.
type sock struct {
	net.Conn
	idle func() // called on the reader's goroutine before it waits for bytes

	// The reader's own.
	ahead  int  // bytes that were read and are in no frame yet
	header bool // of the next frame no more than a part of its header is at hand
	opaque bool // the bytes are encrypted, and nothing can be known about them

	raw syscall.RawConn // for writing without waiting; nil: not possible

	mu    sync.Mutex
	armed bool
	out   []byte // collected by Write
	spare []byte // the writer's: the buffer that is being or was sent
}

// flushAt is how many bytes the writer lets pile up before it flushes in the middle of a drain.
const flushAt = 64 << 10

// arm ends the handshake's direct writes.
func (s *sock) arm(idle func()) {
	s.idle = idle
	s.mu.Lock()
	s.armed = true
	s.mu.Unlock()
}

func (s *sock) Read(p []byte) (int, error) {
	if s.idle != nil {
		s.idle()
	}
	n, err := s.Conn.Read(p)
	if s.header && s.ahead >= maxHeader {
		s.ahead = 0 // a message in several frames, whose headers were not counted, or the answer to the upgrade
	}
	s.ahead += n
	return n, err
}

// maxHeader is how long the header of a frame from a server can be.
const maxHeader = 10

// consumed counts a frame that was read, of n bytes.
func (s *sock) consumed(n int) {
	s.ahead -= n + 2
	switch {
	case n > 65535:
		s.ahead -= 8
	case n > 125:
		s.ahead -= 2
	}
}

// drained says that no whole frame is at hand any more: who reads on will wait. While it cannot know, it says no.
func (s *sock) drained() bool { return s.ahead < maxHeader && !s.opaque }

func (s *sock) Write(p []byte) (int, error) {
	s.mu.Lock()
	if !s.armed {
		s.mu.Unlock()
		return s.Conn.Write(p)
	}
	s.out = append(s.out, p...)
	s.mu.Unlock()
	return len(p), nil
}

// SetWriteDeadline is for the library, whose writes do not reach the network: flush sets the real one.
func (s *sock) SetWriteDeadline(t time.Time) error {
	s.mu.Lock()
	armed := s.armed
	s.mu.Unlock()
	if armed {
		return nil
	}
	return s.Conn.SetWriteDeadline(t)
}

// owed is how many bytes were collected and not handed to the system yet.
func (s *sock) owed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.out)
}

// flushNow sends as much of what was collected as the system takes at once, and tells whether that was all. Not while
// flush runs.
func (s *sock) flushNow() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := writeNow(s.raw, s.out)
	s.out = s.out[:copy(s.out, s.out[n:])]
	return len(s.out) == 0
}

// flush sends what was collected; the writer's goroutine only.
func (s *sock) flush(timeout time.Duration) error {
	s.mu.Lock()
	s.out, s.spare = s.spare[:0], s.out
	s.mu.Unlock()
	if len(s.spare) == 0 {
		return nil
	}
	if err := s.Conn.SetWriteDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	_, err := s.Conn.Write(s.spare)
	if cap(s.spare) > 4*flushAt && cap(s.spare) > 4*len(s.spare) { // kept while an upload fills it
		s.spare = nil
	}
	return err
}
