package conformance_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/wire"
)

// scripted is a server that says what a test lets it say, to one client.
type scripted struct {
	t       *testing.T
	dialect *wire.Dialect
	ws      *websocket.Conn // once up is closed
	up      chan struct{}
	heard   chan wire.Command // all that the client said
	web     http.Server
	pipes   chan net.Conn
	once    sync.Once
	dialled atomic.Bool
	writing sync.Mutex
	done    chan struct{}
	wg      sync.WaitGroup
}

// newScripted starts it; the first to dial is the client.
func newScripted(t *testing.T, d *wire.Dialect) *scripted {
	t.Helper()
	s := &scripted{t: t, dialect: d, heard: make(chan wire.Command, 4096), up: make(chan struct{}),
		pipes: make(chan net.Conn), done: make(chan struct{})}
	s.web.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
		ws, err := u.Upgrade(w, r, nil)
		if err != nil {
			t.Errorf("upgrade: %v", err)
			return
		}
		s.ws = ws
		close(s.up)
		s.wg.Go(func() { s.listen(ws) })
	})
	s.wg.Go(func() { _ = s.web.Serve(s) })
	t.Cleanup(s.stop)
	return s
}

// Accept, Close and Addr make it the listener of its own pipes.
func (s *scripted) Accept() (net.Conn, error) {
	select {
	case c := <-s.pipes:
		return c, nil
	case <-s.done:
		return nil, net.ErrClosed
	}
}

func (s *scripted) Close() error {
	s.once.Do(func() { close(s.done) })
	return nil
}

func (s *scripted) Addr() net.Addr { return &net.UnixAddr{Name: "scripted"} }

// DialContext connects once: what a client would say on a second connection is not recorded.
func (s *scripted) DialContext(context.Context, string, string) (net.Conn, error) {
	if s.dialled.Swap(true) {
		return nil, errors.New("one connection only")
	}
	ours, theirs := net.Pipe()
	select {
	case s.pipes <- theirs:
		return ours, nil
	case <-s.done:
		return nil, net.ErrClosed
	}
}

func (s *scripted) stop() {
	_ = s.web.Close()
	_ = s.Close()
	select {
	case <-s.up:
		_ = s.ws.Close()
	default:
	}
	s.wg.Wait()
}

// listen takes what the client says and logs it in.
func (s *scripted) listen(ws *websocket.Conn) {
	for {
		kind, frame, err := ws.ReadMessage()
		if err != nil {
			return
		}
		var cmd wire.Command
		if err := s.dialect.DecodeCommand(frame, kind == websocket.TextMessage, &cmd); err != nil {
			s.t.Errorf("the client said something that cannot be read: %v", err)
			continue
		}
		if cmd.Kind == wire.Identify || cmd.Kind == wire.Token {
			s.sayOn(ws, &wire.Event{Kind: wire.Answer, For: cmd.Kind, Corr: cmd.Corr, OK: true, Text: []byte(loginWords(s.dialect))})
			continue
		}
		s.heard <- cmd
	}
}

func loginWords(d *wire.Dialect) string {
	if d.Features.HeaderIdentity || d.Features.LoginCommand == wire.Token {
		return "Already authenticated"
	}
	return "Authenticated (Engine disabled authentication)"
}

func (s *scripted) sayOn(ws *websocket.Conn, e *wire.Event) {
	frame, text, err := s.dialect.EncodeEvent(nil, e)
	if err != nil {
		s.t.Errorf("cannot say %v: %v", e.Kind, err)
		return
	}
	s.raw(ws, frame, text)
}

func (s *scripted) raw(ws *websocket.Conn, frame []byte, text bool) {
	kind := websocket.BinaryMessage
	if text {
		kind = websocket.TextMessage
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	_ = ws.WriteMessage(kind, frame) // a client that has gone is noticed elsewhere
}

// want waits for the client's next command of a kind and answers in its own way what the client asks beside it.
func (s *scripted) want(kind wire.CommandKind, beside func(*wire.Command) *wire.Event) *wire.Command {
	s.t.Helper()
	over := time.NewTimer(2 * time.Minute)
	defer over.Stop()
	for {
		select {
		case cmd := <-s.heard:
			if cmd.Kind == kind {
				return &cmd
			}
			if e := beside(&cmd); e != nil {
				s.sayOn(s.ws, e)
			}
		case <-over.C:
			s.t.Fatalf("the client never said %v", kind)
		}
	}
}
