package pie_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

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

// TestOverflowOfWhatCameBeforeTheLaunchAnswer: what had room is delivered, and the error names the bound that was reached
// and all that is missing, also what comes behind the answer.
func TestOverflowOfWhatCameBeforeTheLaunchAnswer(t *testing.T) {
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		for range 10 {
			c.out(idA, strings.Repeat("x", 1000))
		}
		c.yes(&cmd, idA)
		c.out(idA, strings.Repeat("x", 1000))
		c.serveRest()
	})
	c := f.dial(func(cfg *pie.Config) { cfg.EarlyBuffer = 4096 })
	i := launch(t, c, pie.Launch{})
	ping(t, c)
	events, err := collect(t, i)
	if len(events) != 3 || !errors.Is(err, pie.ErrOverflow) || i.Status() != pie.StatusOverflowed {
		t.Errorf("%d events, %s, %v", len(events), i.Status(), err)
	}
	for _, word := range []string{"4096 bytes", "8 events of 8000 bytes", "early_buffer"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("no %q in: %v", word, err)
		}
	}
}
