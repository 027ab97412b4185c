package pie

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// TestCommandOnEndingLink: between the moment in which a link stops taking frames and the one in which it stops
// taking requests, a command was certainly never written, and the reason given is the link's own.
func TestCommandOnEndingLink(t *testing.T) {
	l, _ := newSilentLink(nil)
	l.err = &Error{Kind: KindLost, Message: "the connection was cut"}
	close(l.cut)
	l.out.close()
	a := l.do(context.Background(), &wire.Command{Kind: wire.Ping}, &request{op: "ping", kind: wire.Ping}, time.Minute)
	var never unsent
	if !errors.As(a.err, &never) || !errors.Is(a.err, ErrLost) {
		t.Errorf("the command failed with %v", a.err)
	}
}

// TestEndIsTimedBeforeItIsSeen: whoever sees that an instance has ended also sees when.
func TestEndIsTimedBeforeItIsSeen(t *testing.T) {
	for range 300 {
		l, i := newSilentLink(nil)
		seen := make(chan time.Duration)
		go func() {
			for i.Status() != StatusCompleted {
				runtime.Gosched()
			}
			_, _, ended := i.Timing()
			seen <- ended
		}()
		frame, _, _ := l.dialect.EncodeEvent(nil, &wire.Event{Kind: wire.Completed, ID: []byte(i.id)})
		l.dispatch(frame, false)
		if ended := <-seen; ended <= 0 {
			t.Fatalf("it had ended, after %v", ended)
		}
	}
}

// TestAttachWhileAnEndIsTold: between the moment in which an instance is seen to have ended and the one in which it
// loses its route, an attach asks the server, as it does a moment later.
func TestAttachWhileAnEndIsTold(t *testing.T) {
	l, i := newSilentLink(nil)
	l.c.main = l
	i.queue.settle(StatusCompleted, nil)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.c.Attach(gone, i.id); err == nil || errors.Is(err, ErrRefused) {
		t.Errorf("the server was not asked: %v", err)
	}
}

// TestCommandForAnotherServer: a launch that was made for one generation is not sent to another one, and certainly has
// not happened.
func TestCommandForAnotherServer(t *testing.T) {
	l, _ := newSilentLink(nil)
	l.c.main = l
	_, err := l.c.ask(t.Context(), &wire.Command{Kind: wire.Launch}, &request{op: "launch", kind: wire.Launch, made: known("process-0.4")})
	if !errors.Is(err, ErrConnect) || mayHaveHappened(err) || l.requests.last != 0 {
		t.Errorf("%v after %d requests", err, l.requests.last)
	}
}
