package pie_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

func TestServerNeverAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "process-0.4", func(c *fakeConn) { c.want(wire.NoCommand + 99) })
		c := f.dial(nil)
		began := time.Now()
		ctx := context.Background()
		if _, err := c.Query(ctx, "anything", ""); !errors.Is(err, pie.ErrTimeout) || time.Since(began) != 30*time.Second {
			t.Errorf("query: %v after %v", err, time.Since(began))
		}
		began = time.Now()
		if _, err := c.Terminate(ctx, idA); !errors.Is(err, pie.ErrTimeout) || time.Since(began) != 10*time.Second {
			t.Errorf("terminate: %v after %v", err, time.Since(began))
		}
		began = time.Now()
		if _, err := c.Launch(ctx, pie.Launch{Program: "p@1.0.0"}); !errors.Is(err, pie.ErrTimeout) || time.Since(began) != 10*time.Minute {
			t.Errorf("launch: %v after %v", err, time.Since(began))
		}
		c.Close(ctx)
		f.stop()
	})
}

func TestHalfOpenConnectionIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "worker-0.5", func(c *fakeConn) {
			c.mute = true
			cmd := c.want(wire.Launch)
			c.yes(&cmd, idA)
			c.idle()
		})
		c := f.dial(func(cfg *pie.Config) { cfg.Liveness = 20 * time.Second })
		i := launch(t, c, pie.Launch{})
		began := time.Now()
		<-i.Done()
		if took := time.Since(began); took > 20*time.Second || !errors.Is(i.Failure(), pie.ErrLost) {
			t.Errorf("%v after %v", i.Failure(), took)
		}
		c.Close(context.Background())
		f.stop()
	})
}

func TestSilentButAliveConnectionStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "worker-0.5", func(c *fakeConn) {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, idA)
			for cmd := range c.commands() {
				switch {
				case cmd.Kind == wire.List:
					c.listed(cmd, idA)
				}
			}
		})
		c := f.dial(func(cfg *pie.Config) { cfg.Liveness = 20 * time.Second })
		i := launch(t, c, pie.Launch{})
		time.Sleep(time.Hour)
		if i.Settled() {
			t.Errorf("%v", i.Failure())
		}
		c.Close(context.Background())
		f.stop()
	})
}

func TestLongInstallIsNoDeadConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := make(chan struct{})
		f := newFake(t, "process-0.4", func(c *fakeConn) {
			cmd := c.want(wire.Identify)
			c.yes(&cmd, "Authenticated (Engine disabled authentication)")
			if c.n == 1 {
				cmd = c.want(wire.AddProgram)
				close(busy)
				time.Sleep(5 * time.Minute) // it reads nothing meanwhile: no pongs
				c.yes(&cmd, "Program installed successfully")
				c.idle()
			}
			for cmd := range c.commands() {
				switch {
				case cmd.Kind == wire.Terminate:
					c.yes(cmd, "Process terminated")
				default:
					c.yes(cmd, "Pong")
				}
			}
		})
		c := f.dial(func(cfg *pie.Config) { cfg.Liveness, cfg.WriteTimeout = 20*time.Second, time.Hour })
		installed := make(chan error, 1)
		go func() {
			_, err := c.Install(context.Background(), pie.Upload{Bytes: []byte("x"), File: "p.js"})
			installed <- err
		}()
		<-busy
		if there, err := c.Terminate(context.Background(), idA); err != nil || !there {
			t.Errorf("terminate meanwhile: %v %v", there, err)
		}
		if err := <-installed; err != nil {
			t.Error(err)
		}
		c.Close(context.Background())
		f.stop()
	})
}

func TestStuckServerDoesNotHoldTheWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		f := newFake(t, "worker-0.5", func(c *fakeConn) {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, idA)
			<-stop // reads nothing any more
		})
		c := f.dial(func(cfg *pie.Config) { cfg.OutBuffer = 1 << 20 })
		i := launch(t, c, pie.Launch{})
		var err error
		for n := 0; n < 1000 && err == nil; n++ {
			err = i.Send(strings.Repeat("x", 10_000))
		}
		if !errors.Is(err, pie.ErrOverflow) {
			t.Errorf("send: %v", err)
		}
		<-i.Done()
		if !errors.Is(i.Failure(), pie.ErrLost) {
			t.Errorf("%v", i.Failure())
		}
		close(stop)
		c.Close(context.Background())
		f.stop()
	})
}

func TestLostEndIsFoundByAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		f := newFake(t, "instance-0.2", func(c *fakeConn) {
			cmd := c.want(wire.Identify)
			c.yes(&cmd, "Authenticated (Engine disabled authentication)")
			cmd = c.want(wire.Launch)
			c.yes(&cmd, idA)
			for cmd := range c.commands() {
				if asked++; asked == 1 {
					c.no(cmd, "Instance already attached")
				} else {
					c.no(cmd, "Instance not found")
				}
			}
		})
		c := f.dial(nil)
		i := launch(t, c, pie.Launch{Program: "p@1.0.0"})
		began := time.Now()
		<-i.Done()
		var e *pie.Error
		if !errors.As(i.Failure(), &e) || e.Kind != pie.KindLost || e.Running != pie.False || asked != 2 {
			t.Errorf("%v after %d questions, %v", i.Failure(), asked, time.Since(began))
		}
		c.Close(context.Background())
		f.stop()
	})
}
