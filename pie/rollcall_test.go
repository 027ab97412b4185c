package pie_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// TestEndThatTheServerLost: nobody waits for ever for what the server has ended without a word.
func TestEndThatTheServerLost(t *testing.T) {
	for _, generation := range []string{"process-0.3", "process-0.4", "gateway-0.5", "gateway-0.6", "worker-0.5"} {
		t.Run(generation, func(t *testing.T) {
			r := &rolls{listed: func(look int, ids []string) []string {
				if look == 1 {
					return ids // still there at the first look
				}
				return nil
			}}
			silent(t, generation, r, 1, 5*time.Minute, func(i *pie.Instance) {
				var e *pie.Error
				if !errors.As(i.Failure(), &e) || e.Kind != pie.KindLost || e.Running != pie.False || !strings.Contains(e.Message, "never told its end") {
					t.Errorf("status %s, %v", i.Status(), i.Failure())
				}
				if n := r.looks.Load(); n != 3 {
					t.Errorf("%d lists: want one that has it, and two that have not", n)
				}
			})
		})
	}
}

// TestLostEndIsFoundWithinFourLivenesses: the bound of the documentation.
func TestLostEndIsFoundWithinFourLivenesses(t *testing.T) {
	r := &rolls{listed: func(int, []string) []string { return nil }}
	silent(t, "gateway-0.5", r, 1, 80*time.Second+time.Second, func(i *pie.Instance) {
		if !errors.Is(i.Failure(), pie.ErrLost) {
			t.Errorf("%v", i.Failure())
		}
	})
}

// TestListIsNotBelievedAtOnce: what is missing once, or says something meanwhile, goes on.
func TestListIsNotBelievedAtOnce(t *testing.T) {
	for name, r := range map[string]*rolls{
		"missing once": {listed: func(look int, ids []string) []string {
			if look == 1 {
				return nil
			}
			return ids
		}},
		"its end was on its way": {
			listed: func(int, []string) []string { return nil },
			between: func(c *fakeConn, look int) {
				if look == 1 {
					c.out("00000000-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "late")
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			silent(t, "gateway-0.5", r, 1, 90*time.Second, func(i *pie.Instance) {
				if i.Settled() {
					t.Errorf("%v", i.Failure())
				}
			})
		})
	}
}

// TestListThatIsCutIsNotBelieved: servers of 0.2 list fifty at most. Those are asked for one by one, and an answer that
// knows nothing of them counts.
func TestListThatIsCutIsNotBelieved(t *testing.T) {
	var gone atomic.Bool
	r := &rolls{
		listed: func(_ int, ids []string) []string { return ids[max(0, len(ids)-50):] },
		born:   func(c *fakeConn, id string) { c.out(id, "begun") }, // from here on its end is safe: nothing else asks for it
		refuse: func() string {
			if gone.Load() {
				return "Instance not found"
			}
			return "Instance already attached"
		},
	}
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "instance-0.2", r.serve)
		c := f.dial(func(cfg *pie.Config) { cfg.Liveness = 20 * time.Second })
		first := launch(t, c, pie.Launch{})
		for range 60 {
			launch(t, c, pie.Launch{})
		}
		time.Sleep(time.Hour)
		if first.Settled() {
			t.Errorf("it lives: %v", first.Failure())
		}
		gone.Store(true)
		time.Sleep(time.Hour)
		if !errors.Is(first.Failure(), pie.ErrLost) {
			t.Errorf("it is gone: %s", first.Status())
		}
		c.Close(context.Background())
		f.stop()
	})
}

// TestIdleInstancesCostNothing: thousands that are silent for hours are a few lists, less and less often.
func TestIdleInstancesCostNothing(t *testing.T) {
	n := 2_000
	if testing.Short() {
		n = 100
	}
	r := &rolls{listed: func(_ int, ids []string) []string { return ids }}
	silent(t, "gateway-0.5", r, n, 3*time.Hour, func(i *pie.Instance) {
		if i.Settled() {
			t.Errorf("%v", i.Failure())
		}
		if looks := r.looks.Load(); looks < 10 || looks > 16 {
			t.Errorf("%d lists in three hours", looks)
		}
	})
}

// TestNobodyIsCalledUpWhereNobodyIs: no instance, no list; and none where it was turned off.
func TestNobodyIsCalledUpWhereNobodyIs(t *testing.T) {
	r := &rolls{listed: func(int, []string) []string { return nil }}
	silent(t, "gateway-0.5", r, 0, time.Hour, func(*pie.Instance) {})
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "gateway-0.5", r.serve)
		c := f.dial(func(cfg *pie.Config) { cfg.Liveness, cfg.Silence = 20*time.Second, -1 })
		launch(t, c, pie.Launch{})
		time.Sleep(time.Hour)
		c.Close(context.Background())
		f.stop()
	})
	if n := r.looks.Load(); n != 0 {
		t.Errorf("%d lists", n)
	}
}

// TestServerThatGivesNoList: one that is there and does not work keeps nobody waiting for ever either.
func TestServerThatGivesNoList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "gateway-0.5", func(c *fakeConn) {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, idA)
			for cmd := range c.commands() {
				c.no(cmd, "no worker available")
			}
		})
		c := f.dial(func(cfg *pie.Config) { cfg.Liveness = 20 * time.Second })
		i := launch(t, c, pie.Launch{})
		began := time.Now()
		<-i.Done()
		var e *pie.Error
		if took := time.Since(began); !errors.As(i.Failure(), &e) || e.Kind != pie.KindLost || e.Running != pie.Unknown || took > 13*time.Minute {
			t.Errorf("%v after %v", i.Failure(), took)
		}
		c.Close(context.Background())
		f.stop()
	})
}

// TestEndLostOnTheEngine: every generation that can be asked, on a server that really loses the end.
func TestEndLostOnTheEngine(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		d := e.Dialect()
		if !d.Features.ListInstances {
			return // 0.1 cannot be asked
		}
		synctest.Test(t, func(t *testing.T) {
			e := serve(t, d.Generation)
			c := dial(t, e, func(cfg *pie.Config) { cfg.Liveness = 20 * time.Second })
			i := launch(t, c, name(t, c, "echo"))
			e.SetFaults(&engine.Faults{LoseEndEvery: 1})
			if err := i.Send("bye"); err != nil {
				t.Fatal(err)
			}
			<-i.Done()
			var lost *pie.Error
			if !errors.As(i.Failure(), &lost) || lost.Kind != pie.KindLost || lost.Running != pie.False {
				t.Errorf("status %s, %v", i.Status(), i.Failure())
			}
			c.Close(context.Background())
			_ = e.Close()
		})
	})
}
