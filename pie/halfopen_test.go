package pie_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// TestHalfOpenConnectionIsFoundWhileAKnownProgramIsLaunched: nothing has to be compiled for it, so that the silence is
// no sign of work, whatever a second connection says.
func TestHalfOpenConnectionIsFoundWhileAKnownProgramIsLaunched(t *testing.T) {
	for _, generation := range []string{"worker-0.5", "gateway-0.5"} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t, generation, func(c *fakeConn) {
				if c.mute = c.n == 1; !c.mute {
					for cmd := range c.commands() {
						c.yes(cmd, "Pong")
					}
					return
				}
				cmd := c.want(wire.Launch)
				c.yes(&cmd, idA)
				c.idle()
			})
			c := f.dial(func(cfg *pie.Config) { cfg.Liveness = 20 * time.Second })
			i := launch(t, c, pie.Launch{})
			began := time.Now()
			if _, err := c.Launch(context.Background(), pie.Launch{Program: "p@1.0.0"}); !errors.Is(err, pie.ErrLost) {
				t.Errorf("%v", err)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("found after %v", took)
			}
			<-i.Done()
			var e *pie.Error
			if !errors.As(i.Failure(), &e) || e.Running != pie.Unknown {
				t.Errorf("%s: %#v: a server that may not have noticed cannot be said to have ended it", generation, e)
			}
			c.Close(context.Background())
			f.stop()
		})
	}
}

// TestHalfOpenConnectionWithUnsentData: the write that waits for the server fails because the silent link is given up,
// which says nothing about the server: it may not have noticed, and goes on with what it runs.
func TestHalfOpenConnectionWithUnsentData(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		over := make(chan struct{})
		f := newFake(t, "gateway-0.5", func(c *fakeConn) {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, idA)
			<-over
		})
		c := f.dial(func(cfg *pie.Config) { cfg.Liveness = 20 * time.Second })
		i := launch(t, c, pie.Launch{})
		if err := i.Send("never read"); err != nil {
			t.Error(err)
		}
		<-i.Done()
		var e *pie.Error
		if !errors.As(i.Failure(), &e) || e.Running != pie.Unknown {
			t.Errorf("a server that may not have noticed cannot be said to have ended it: %#v", e)
		}
		close(over)
		c.Close(context.Background())
		f.stop()
	})
}
