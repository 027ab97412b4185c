package pie_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// launch starts something on a fake.
func launch(t testing.TB, c *pie.Client, p pie.Launch) *pie.Instance {
	t.Helper()
	if p.Program == "" && p.Hash == "" && p.Bytes == nil {
		p.Program = "p@1.0.0"
	}
	i, err := c.Launch(soon(t), p)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestConnectionCutMidStream(t *testing.T) {
	running := map[string]pie.State{"gateway-0.5": pie.False, "worker-0.5": pie.Unknown, "process-0.4": pie.Unknown, "instance-0.2": pie.Unknown}
	attachable := map[string]bool{"instance-0.2": true} // a released worker keeps what was closed, not what broke
	for generation, want := range running {
		t.Run(generation, func(t *testing.T) {
			f := newFake(t, generation, func(c *fakeConn) {
				cmd := c.want(wire.Launch)
				c.yes(&cmd, idA)
				c.out(idA, "one")
				c.out(idA, "two")
				c.raw.Close()
			})
			c := f.dial(nil)
			i := launch(t, c, pie.Launch{})
			events, err := collect(t, i)
			if text(events, pie.Stdout) != "onetwo" {
				t.Errorf("received %v", events)
			}
			var e *pie.Error
			if !errors.As(err, &e) || e.Kind != pie.KindLost || e.Running != want || e.Attachable != attachable[generation] || e.InstanceID != idA {
				t.Errorf("%#v", err)
			}
			if i.Status() != pie.StatusLost || !errors.Is(i.Send("x"), pie.ErrLost) {
				t.Errorf("status %s, send %v", i.Status(), i.Send("x"))
			}
			<-c.Done()
			if _, err := c.List(soon(t)); !errors.Is(err, pie.ErrLost) {
				t.Errorf("list: %v", err)
			}
		})
	}
}

func TestCloseWhileLaunching(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var terminated string
		closing := make(chan struct{})
		f := newFake(t, "worker-0.5", func(c *fakeConn) {
			cmd := c.want(wire.Launch)
			<-closing
			c.yes(&cmd, idA)
			cmd = c.want(wire.Terminate)
			terminated = cmd.ID
			c.yes(&cmd, "")
			c.idle()
		})
		c := f.dial(nil)
		failed := make(chan error, 1)
		go func() {
			_, err := c.Launch(context.Background(), pie.Launch{Program: "p@1.0.0"})
			failed <- err
		}()
		synctest.Wait()
		closed := make(chan struct{})
		go func() { defer close(closed); c.Close(context.Background()) }()
		synctest.Wait()
		close(closing) // in the middle of it
		<-closed
		if err := <-failed; !errors.Is(err, pie.ErrLost) {
			t.Errorf("%v", err)
		}
		if _, err := c.Launch(context.Background(), pie.Launch{Program: "p@1.0.0"}); !errors.Is(err, pie.ErrLost) {
			t.Errorf("after close: %v", err)
		}
		c.Close(context.Background())
		f.stop()
		if terminated != idA {
			t.Errorf("terminated %q", terminated)
		}
	})
}

func TestCloseWhileTheServerNeverAnswersTheLaunch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "process-0.4", func(c *fakeConn) { c.want(wire.RunMany) })
		c := f.dial(nil)
		failed := make(chan error, 1)
		go func() {
			_, err := c.Launch(context.Background(), pie.Launch{Program: "p@1.0.0"})
			failed <- err
		}()
		synctest.Wait()
		began := time.Now()
		c.Close(context.Background())
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("closing took %v", took)
		}
		if err := <-failed; !errors.Is(err, pie.ErrLost) {
			t.Errorf("%v", err)
		}
		f.stop()
	})
}

func TestCancelledLaunchIsTerminatedWhenItsAnswerArrives(t *testing.T) {
	asked, terminated := make(chan struct{}), make(chan string, 1)
	cancelled := make(chan struct{})
	f := newFake(t, "gateway-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		close(asked)
		<-cancelled
		c.yes(&cmd, idA)
		c.out(idA, "nobody hears this")
		cmd = c.want(wire.Terminate)
		c.yes(&cmd, "")
		terminated <- cmd.ID
		c.idle()
	})
	c := f.dial(nil)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-asked; cancel() }()
	if _, err := c.Launch(ctx, pie.Launch{Program: "p@1.0.0"}); !errors.Is(err, pie.ErrCancelled) {
		t.Errorf("%v", err)
	}
	close(cancelled)
	if id := <-terminated; id != idA {
		t.Errorf("terminated %q", id)
	}
}

func TestOverflowEndsOnlyThatInstance(t *testing.T) {
	terminated := make(chan string, 1)
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		a := c.want(wire.Launch)
		c.yes(&a, idA)
		b := c.want(wire.Launch)
		c.yes(&b, idB)
		for n := range 100 {
			c.out(idA, fmt.Sprintf("%02d%s", n, strings.Repeat("x", 1000)))
		}
		stop := c.want(wire.Terminate)
		c.yes(&stop, "")
		terminated <- stop.ID
		c.tell(wire.Event{Kind: wire.Aborted, ID: []byte(idA), Text: []byte("Signal")})
		c.out(idB, "fine")
		c.done(idB, "ok")
		c.idle()
	})
	c := f.dial(nil)
	a := launch(t, c, pie.Launch{Buffer: 10_000})
	b := launch(t, c, pie.Launch{})
	if got := <-terminated; got != idA {
		t.Errorf("terminated %q", got)
	}
	events, err := collect(t, b)
	if err != nil || text(events, pie.Stdout) != "fine" {
		t.Errorf("the other: %v %v", events, err)
	}
	events, err = collect(t, a)
	var e *pie.Error
	if len(events) != 9 || !errors.As(err, &e) || e.Kind != pie.KindOverflow {
		t.Fatalf("%d events, %v", len(events), err)
	}
	for n, ev := range events {
		if !strings.HasPrefix(ev.Value.(string), fmt.Sprintf("%02d", n)) {
			t.Errorf("event %d is %.4s", n, ev.Value)
		}
	}
	if a.Status() != pie.StatusOverflowed {
		t.Errorf("status %s", a.Status())
	}
}

// TestCloseWaitsForItsOwnTerminations: the server's answer to one comes while the client closes.
func TestCloseWaitsForItsOwnTerminations(t *testing.T) {
	asked, closing := make(chan struct{}), make(chan struct{})
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		a := c.want(wire.Launch)
		c.yes(&a, idA)
		for range 100 {
			c.out(idA, strings.Repeat("x", 1000))
		}
		stop := c.want(wire.Terminate)
		close(asked)
		<-closing
		c.yes(&stop, "")
		c.idle()
	})
	c := f.dial(nil)
	launch(t, c, pie.Launch{Buffer: 10_000})
	<-asked
	closed := make(chan error, 1)
	go func() { closed <- c.Close(context.Background()) }()
	<-c.Done() // closing has begun
	close(closing)
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if left := c.Unconfirmed(); len(left) != 0 {
		t.Errorf("unconfirmed: %v", left)
	}
}

func TestClientBoundFailsTheLargestQueue(t *testing.T) {
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		a := c.want(wire.Launch)
		c.yes(&a, idA)
		b := c.want(wire.Launch)
		c.yes(&b, idB)
		for range 8 {
			c.out(idA, strings.Repeat("a", 10_000))
		}
		c.out(idB, "small")
		for range 3 {
			c.out(idA, strings.Repeat("a", 10_000))
		}
		stop := c.want(wire.Terminate)
		c.yes(&stop, "")
		c.done(idB, "ok")
		c.idle()
	})
	c := f.dial(func(cfg *pie.Config) { cfg.Buffer = 100_000 })
	a, b := launch(t, c, pie.Launch{}), launch(t, c, pie.Launch{})
	if events, err := collect(t, b); err != nil || text(events, pie.Stdout) != "small" {
		t.Errorf("the small one: %v %v", events, err)
	}
	if _, err := collect(t, a); !errors.Is(err, pie.ErrOverflow) {
		t.Errorf("the large one: %v", err)
	}
}

func TestEmptyQueueTakesOneEventOfAnySize(t *testing.T) {
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		a := c.want(wire.Launch)
		c.yes(&a, idA)
		c.out(idA, strings.Repeat("a", 100_000))
		c.done(idA, "ok")
		c.idle()
	})
	i := launch(t, f.dial(nil), pie.Launch{Buffer: 10})
	if events, err := collect(t, i); err != nil || len(text(events, pie.Stdout)) != 100_000 {
		t.Errorf("%v", err)
	}
}

func TestAnswerTwiceAndForSomebodyElse(t *testing.T) {
	f := newFake(t, "process-0.4", func(c *fakeConn) {
		cmd := c.want(wire.Ping)
		c.no(&wire.Command{Kind: wire.Ping, Corr: cmd.Corr + 77}, "not yours")
		c.yes(&cmd, "Pong")
		c.yes(&cmd, "Pong")
		c.no(&cmd, "no")
		cmd = c.want(wire.Ping)
		c.yes(&cmd, "Pong")
		c.idle()
	})
	c := f.dial(nil)
	for range 2 {
		if _, err := c.Ping(soon(t)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLaunchAnswerWithoutAnID(t *testing.T) {
	for _, generation := range []string{"instance-0.2", "process-0.4", "worker-0.5"} {
		f := newFake(t, generation, func(c *fakeConn) {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, "")
			c.idle()
		})
		i, err := f.dial(nil).Launch(soon(t), pie.Launch{Program: "p@1.0.0"})
		if i != nil || !errors.Is(err, pie.ErrProtocol) {
			t.Errorf("%s: %v %v", generation, i, err)
		}
	}
}

func TestEventsRightBehindTheLaunchAnswer(t *testing.T) {
	const many = 5000
	f := newFake(t, "gateway-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		for n := range many {
			c.out(idA, fmt.Sprintf("%04d", n))
		}
		c.done(idA, "")
		c.idle()
	})
	events, err := collect(t, launch(t, f.dial(nil), pie.Launch{}))
	if err != nil || len(events) != many+1 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	for n, e := range events[:many] {
		if e.Value != fmt.Sprintf("%04d", n) {
			t.Fatalf("event %d is %v", n, e.Value)
		}
	}
}

func TestEventsBeforeTheLaunchAnswerAreNotLost(t *testing.T) {
	f := newFake(t, "gateway-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.out(idA, "early")
		c.done(idA, "done")
		c.yes(&cmd, idA)
		c.idle()
	})
	events, err := collect(t, launch(t, f.dial(nil), pie.Launch{}))
	if err != nil || len(events) != 2 || events[0].Value != "early" {
		t.Errorf("%v %v", events, err)
	}
}

func TestGarbageEndsTheConnection(t *testing.T) {
	for name, frame := range map[string][]byte{"noise": {0xc1, 0xff, 0x00}, "cut off": {0x84, 0xa4, 't', 'y'}, "lie": {0xdf, 0xff, 0xff, 0xff, 0xff}, "empty": {}} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, "worker-0.5", func(c *fakeConn) {
				cmd := c.want(wire.Launch)
				c.yes(&cmd, idA)
				c.out(idA, "before")
				c.ws.WriteMessage(websocket.BinaryMessage, frame)
				c.idle()
			})
			events, err := collect(t, launch(t, f.dial(nil), pie.Launch{}))
			if len(events) != 1 || !errors.Is(err, pie.ErrProtocol) {
				t.Errorf("%v %v", events, err)
			}
		})
	}
}

func TestUnknownFramesAreSkipped(t *testing.T) {
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		c.ws.WriteMessage(websocket.BinaryMessage, append([]byte{0x81, 0xa4}, "type\xa6future"...))
		c.done(idA, "ok")
		c.idle()
	})
	if events, err := collect(t, launch(t, f.dial(nil), pie.Launch{})); err != nil || len(events) != 1 {
		t.Errorf("%v %v", events, err)
	}
}
