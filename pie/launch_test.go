package pie_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

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
