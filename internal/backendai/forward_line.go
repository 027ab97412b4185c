package backendai

import (
	"context"
	"errors"
	"io"
	"net"
	"time"
)

// mostRewound is how much of what a client says first is kept, to say it again to a server that comes up meanwhile.
const mostRewound = 64 << 10

// nearEnd is the local end of a forwarded connection. What was read of it can be read again.
type nearEnd struct {
	conn net.Conn
	seen []byte
	at   int
	over bool // more has come than was kept
}

func (e *nearEnd) Read(p []byte) (int, error) {
	if e.at < len(e.seen) {
		n := copy(p, e.seen[e.at:])
		e.at += n
		return n, nil
	}
	n, err := e.conn.Read(p)
	if e.over = e.over || len(e.seen)+n > mostRewound; e.over {
		e.seen, e.at = nil, 0
	} else {
		e.seen = append(e.seen, p[:n]...)
		e.at = len(e.seen)
	}
	return n, err
}

// rewind goes back to the beginning, if that is still known.
func (e *nearEnd) rewind() bool {
	e.at = 0
	return !e.over
}

// serve carries one connection, and tries again while nothing listens at the far end.
func (f *Forward) serve(conn net.Conn) {
	defer f.work.Done()
	defer conn.Close()
	defer context.AfterFunc(f.ctx, func() { conn.Close() })()
	near, clock := &nearEnd{conn: conn}, f.client.cfg.Clock
	until := clock.Now().Add(f.client.cfg.ConnectTimeout)
	for pause := firstPause; ; pause = min(2*pause, time.Second) {
		err := f.carry(near)
		if errors.Is(err, ErrNotListening) && clock.Now().Before(until) && near.rewind() && f.client.sleep(f.ctx, pause) == nil {
			continue
		}
		if err != nil && f.report != nil && f.ctx.Err() == nil {
			f.report(err)
		}
		return
	}
}

// carry opens a tunnel and copies both ways until either end closes. An error is one that people should hear of; behind
// ErrNotListening the near end is as good as new.
func (f *Forward) carry(near *nearEnd) error {
	ctx, cancel := context.WithTimeout(f.ctx, f.client.cfg.RequestTimeout)
	far, err := f.client.DialApp(ctx, f.session, f.app)
	cancel()
	if err != nil {
		return err
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = io.Copy(far, near)
		far.Close()
	}()
	got, err := io.Copy(near.conn, far)
	far.Close()
	if got == 0 && errors.Is(err, ErrNotListening) {
		_ = near.conn.SetReadDeadline(time.Unix(1, 0)) // wakes the reader
		<-sent
		_ = near.conn.SetReadDeadline(time.Time{})
		return managersWord(err)
	}
	near.conn.Close()
	<-sent
	return managersWord(err)
}

// managersWord is what the manager has said of a tunnel's end, without what the copying made of it; nil if nothing.
func managersWord(err error) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e
	}
	return nil
}
