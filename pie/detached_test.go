package pie_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

func TestDetachedLaunchAndAttach(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, nil)
		p := name(t, c, "echo")
		p.Detached = true
		i, err := c.Launch(soon(t), p)
		f := c.Features()
		if !f.Detached {
			if !errors.Is(err, pie.ErrUnsupported) {
				t.Errorf("%v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if i.Status() != pie.StatusDetached || i.ID() == "" || !errors.Is(i.Send("x"), pie.ErrRefused) {
			t.Errorf("status %s, id %q, send %v", i.Status(), i.ID(), i.Send("x"))
		}
		a, err := c.Attach(soon(t), i.ID())
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(a.Send("hello"), a.Send("bye")); err != nil {
			t.Fatal(err)
		}
		events, err := collect(t, a)
		if err != nil || text(events, pie.Message)[:5] != "hello" {
			t.Errorf("%v %v", events, err)
		}
	})
}

func TestAttachAfterTheClientHasGone(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		first := dial(t, e, nil)
		p := name(t, first, "echo")
		p.Detached = true
		if !first.Features().Detached {
			return
		}
		i, err := first.Launch(soon(t), p)
		if err != nil {
			t.Fatal(err)
		}
		first.Close(t.Context())
		second := dial(t, e, nil)
		a, err := second.Attach(soon(t), i.ID())
		if err != nil {
			t.Fatal(err)
		}
		a.Send("bye")
		if _, err := collect(t, a); err != nil {
			t.Error(err)
		}
	})
}

func TestAttachToNothingIsRefused(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, nil)
		_, err := c.Attach(soon(t), idA)
		if !errors.Is(err, pie.ErrRefused) && !errors.Is(err, pie.ErrUnsupported) {
			t.Errorf("%v", err)
		}
	})
}

func TestAttachTwiceIsRefusedLocally(t *testing.T) {
	c := dial(t, serve(t, "gateway-0.5"), nil)
	i := launch(t, c, name(t, c, "echo"))
	if _, err := c.Attach(soon(t), i.ID()); !errors.Is(err, pie.ErrRefused) {
		t.Errorf("%v", err)
	}
}

func TestDetachGoesOn(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, nil)
		i := launch(t, c, name(t, c, "echo"))
		err := i.Detach(soon(t))
		if f := c.Features(); f.KillsOnClose || !f.AttachInstance {
			if !errors.Is(err, pie.ErrUnsupported) {
				t.Errorf("%v", err)
			}
			return
		}
		if err != nil || i.Status() != pie.StatusDetached {
			t.Errorf("%v, status %s", err, i.Status())
		}
		c.Close(t.Context())
		if n := len(e.Instances()); n != 1 {
			t.Errorf("%d instances run", n)
		}
	})
}

func TestParkedInstanceKeepsTheLatest(t *testing.T) {
	told := make(chan struct{})
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		for range 100 {
			c.out(idA, "0123456789")
		}
		close(told)
		c.out(idA, "last")
		c.done(idA, "")
		c.idle()
	})
	i := launch(t, f.dial(nil), pie.Launch{Detached: true, Buffer: 1000})
	<-told
	<-i.Done()
	events, err := collect(t, i)
	if err != nil || events[len(events)-2].Value != "last" {
		t.Errorf("%v %v", events, err)
	}
	if n, _ := i.Missed(); n == 0 || int(n)+len(events) != 102 {
		t.Errorf("missed %d, got %d", n, len(events))
	}
}

func TestStreamAbortedIsAttachedAgain(t *testing.T) {
	f := newFake(t, "gateway-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		cmd = c.want(wire.Launch)
		c.yes(&cmd, idB)
		c.out(idA, "one")
		c.part("lost", "aa", 0, 2, []byte("with the stream, as people are told"))
		c.tell(wire.Event{Kind: wire.StreamAborted})
		cmd = c.want(wire.List)
		c.yes(&cmd, `[{"id":"`+idA+`","username":"internal","program":"p@1.0.0","input":"{}","elapsed_secs":1}]`)
		cmd = c.want(wire.Attach)
		c.yes(&cmd, "Process attached")
		c.out(cmd.ID, "two")
		c.done(cmd.ID, "end")
		c.idle()
	})
	c := f.dial(nil)
	a, b := launch(t, c, pie.Launch{}), launch(t, c, pie.Launch{})
	if events, err := collect(t, a); err != nil || text(events, pie.Stdout) != "onetwo" {
		t.Errorf("%v %v", events, err)
	}
	var e *pie.Error
	if _, err := collect(t, b); !errors.As(err, &e) || e.Kind != pie.KindLost || e.Running != pie.False {
		t.Errorf("%v", err)
	}
}

// TestStreamAbortedWhileTheGatewayLooksForItsWorker: what a real gateway says in the first moment is that it has none.
func TestStreamAbortedWhileTheGatewayLooksForItsWorker(t *testing.T) {
	for _, comes := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t, "gateway-0.5", func(c *fakeConn) {
				cmd := c.want(wire.Launch)
				c.yes(&cmd, idA)
				c.tell(wire.Event{Kind: wire.StreamAborted})
				for n := 0; !comes || n < 3; n++ {
					if cmd = c.want(wire.List); cmd.Kind != wire.List {
						return
					}
					c.no(&cmd, "no worker available")
				}
				cmd = c.want(wire.List)
				c.yes(&cmd, `[{"id":"`+idA+`","username":"internal","program":"p@1.0.0","input":"{}","elapsed_secs":1}]`)
				cmd = c.want(wire.Attach)
				c.no(&cmd, "no worker available")
				cmd = c.want(wire.List)
				c.yes(&cmd, `[{"id":"`+idA+`","username":"internal","program":"p@1.0.0","input":"{}","elapsed_secs":1}]`)
				cmd = c.want(wire.Attach)
				c.yes(&cmd, "Process attached")
				c.done(cmd.ID, "end")
				c.idle()
			})
			c := f.dial(func(cfg *pie.Config) { cfg.RequestTimeout = 5 * time.Second })
			events, err := collect(t, launch(t, c, pie.Launch{}))
			var e *pie.Error
			if comes && (err != nil || text(events, pie.Completed) != "end") {
				t.Errorf("%v %v", events, err)
			}
			if !comes && (!errors.As(err, &e) || e.Kind != pie.KindLost || e.Running != pie.Unknown) {
				t.Errorf("%v", err)
			}
			c.Close(context.Background())
			f.stop()
		})
	}
}

func TestBrokenLinkOfAGateway(t *testing.T) {
	e := serve(t, "gateway-0.5")
	c := dial(t, e, nil)
	i := launch(t, c, name(t, c, "echo"))
	e.BreakLink()
	for range 3 {
		if _, err := c.Ping(soon(t)); err != nil {
			t.Fatal(err)
		}
	}
	i.Send("bye")
	if _, err := collect(t, i); err != nil {
		t.Error(err)
	}
}

// TestDetachedLaunchWithoutItsList: it was answered, so that it runs, and that is said; the journal and the last look keep it.
func TestDetachedLaunchWithoutItsList(t *testing.T) {
	for _, generation := range []string{"process-0.3", "gateway-0.5"} {
		t.Run(generation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lists := 0
				f, g := newFake(t, generation, func(c *fakeConn) {
					for cmd := range c.commands() {
						switch {
						case cmd.Kind != wire.List:
							c.yes(cmd, "")
						case lists != 1:
							c.listed(cmd, map[bool][]string{true: {idA}}[lists > 0]...)
						}
						if cmd.Kind == wire.List {
							lists++
						}
					}
				}), &gate{}
				c := f.dial(func(cfg *pie.Config) { cfg.Journal = g })
				_, err := c.Launch(context.Background(), pie.Launch{Program: "p@1.0.0", Values: map[string]any{}, Detached: true})
				var e *pie.Error
				if !errors.As(err, &e) || e.Kind != pie.KindLaunch || e.Running != pie.True || !strings.Contains(err.Error(), "was launched detached") {
					t.Errorf("%v", err)
				}
				c.Close(context.Background())
				if u := c.Unanswered(context.Background()); len(u) != 1 || !u[0].Answered || !u[0].Detached || fmt.Sprint(u[0].Candidates) != "["+idA+"]" {
					t.Errorf("%+v", u)
				}
				if g.all() != "intent p@1.0.0" {
					t.Errorf("the journal: %s", g.all())
				}
				f.stop()
			})
		})
	}
}
