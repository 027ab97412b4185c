package engine

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/wire"
)

// session is one connection of a client. Its reader goroutine runs everything here that has no other comment.
type session struct {
	e    *Engine
	conn net.Conn
	ws   *websocket.Conn
	out  *outbox

	user    string
	login   loginState
	greeted bool // a good frame has come
	ended   bool // no more commands are taken
	dropped bool // … since one could not be read
	uploads map[string]*upload
	files   map[string]*upload
	command wire.Command
	frame   []byte
	cut     cutKind // what happens when the outbox has been cut

	mu       sync.Mutex // for what guests touch too
	attached map[*process]struct{}
	turns    map[*turn]struct{}
	tools    []string // names of the client's MCP servers
	calls    map[uint32]*mcpCall
	lastCall uint32

	stalled chan struct{} // closed when the connection plays dead
	gone    chan struct{} // closed when the connection is to end
	goOnce  sync.Once
}

func newSession(e *Engine, conn net.Conn) *session {
	return &session{
		e: e, conn: conn,
		out:      newOutbox(e.config.Dialect, e.meter, e.config.Limits.Outbound),
		uploads:  map[string]*upload{},
		files:    map[string]*upload{},
		attached: map[*process]struct{}{},
		turns:    map[*turn]struct{}{},
		calls:    map[uint32]*mcpCall{},
		stalled:  make(chan struct{}),
		gone:     make(chan struct{}),
	}
}

// serve runs the connection until it ends.
func (s *session) serve() {
	defer s.e.meter(-1) // of hangUp
	defer s.hangUp()
	s.e.faults.arm(s)
	if !s.upgrade() {
		return
	}
	s.beginLogin()
	written := make(chan struct{})
	go func() {
		defer close(written)
		s.write()
	}()
	s.leave(s.read())
	s.out.seal()
	<-written
}

// write sends what the outbox holds, all of it at a time.
func (s *session) write() {
	defer s.out.close()
	for {
		frames, last := s.out.take()
		var err error
		if len(frames) > 0 {
			_, err = s.conn.Write(frames)
			s.out.written(frames)
		}
		if err != nil || last {
			s.finishWriting()
			return
		}
	}
}

// finishWriting ends the stream, the way the fault that stopped the writing has it.
func (s *session) finishWriting() {
	if s.howCut() == cutStall {
		close(s.stalled)
		<-s.gone
		return
	}
	s.hangUp() // what was written still arrives, and no Close
}

// howCut is the fault that sealed the outbox, if one did.
func (s *session) howCut() cutKind {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	if s.out.cut {
		return s.cut
	}
	return cutNot
}

// read handles commands until the connection ends and says how it did.
func (s *session) read() leaveRule {
	for !s.ended {
		frame, text, err := s.next()
		if s.isStalled() { // nothing that happens at the other end is noticed
			<-s.gone
			return s.e.brokenRule()
		}
		if err != nil {
			return s.howEnded(err)
		}
		s.handle(frame, text)
	}
	if s.dropped {
		return s.e.brokenRule()
	}
	return s.e.cleanRule()
}

var errTooLarge = errors.New("message too large")

// next reads one message into the reused buffer.
func (s *session) next() (frame []byte, text bool, err error) {
	kind, r, err := s.ws.NextReader()
	if err != nil {
		return nil, false, err
	}
	s.frame = s.frame[:0]
	for {
		if len(s.frame) == cap(s.frame) {
			s.frame = append(s.frame, 0)[:len(s.frame)]
		}
		n, err := r.Read(s.frame[len(s.frame):cap(s.frame)])
		s.frame = s.frame[:len(s.frame)+n]
		switch {
		case err == io.EOF:
			return s.frame, kind == websocket.TextMessage, nil
		case err != nil:
			return nil, false, err
		case len(s.frame) > s.e.rules.maxMessage():
			return nil, false, errTooLarge
		}
	}
}

// adopt attaches p here and opens the turn of it. p.mu and s.mu are held: the answer is queued under them as well, so
// that whoever ends turns or processes comes after it.
func (s *session) adopt(p *process) {
	p.owner, p.turn, p.backlog = s, s.openTurn(p), nil
	s.attached[p] = struct{}{}
}

func (s *session) isStalled() bool {
	select {
	case <-s.stalled:
		return true
	default:
		return false
	}
}

// hangUp ends the stream. From then until serve returns the session is at work. Any goroutine.
func (s *session) hangUp() {
	s.goOnce.Do(func() {
		s.e.meter(+1)
		close(s.gone)
	})
	_ = s.conn.Close()
}

// reset ends the stream as a crash of the machine would: the peer gets an error. Any goroutine.
func (s *session) reset() {
	conn := s.conn
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	switch c := conn.(type) {
	case *memoryConn:
		c.reset()
	case *net.TCPConn:
		_ = c.SetLinger(0)
	}
	s.hangUp()
}
