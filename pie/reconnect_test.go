package pie_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

func TestReconnectForLaterCommands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "worker-0.5", func(c *fakeConn) {
			cmd := c.want(wire.Ping)
			c.yes(&cmd, "Pong")
			if c.n == 1 {
				return
			}
			c.idle()
		})
		c := f.dial(func(cfg *pie.Config) { cfg.Reconnect = true })
		for range 2 {
			if _, err := c.Ping(context.Background()); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if n := c.Info().Reconnects; n != 1 {
			t.Errorf("%d reconnects", n)
		}
		c.Close(context.Background())
		f.stop()
	})
}

func TestCommandThatMayHaveArrivedIsNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		launches := 0
		f := newFake(t, "worker-0.5", func(c *fakeConn) {
			if c.want(wire.Launch).Kind == wire.Launch {
				launches++
			}
		})
		c := f.dial(func(cfg *pie.Config) { cfg.Reconnect = true })
		_, err := c.Launch(context.Background(), pie.Launch{Program: "p@1.0.0"})
		if !errors.Is(err, pie.ErrLost) || launches != 1 {
			t.Errorf("%v after %d launches", err, launches)
		}
		c.Close(context.Background())
		f.stop()
	})
}

func TestReconnectGivesUpWithTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "worker-0.5", func(c *fakeConn) {})
		c := f.dial(func(cfg *pie.Config) { cfg.Reconnect = true })
		synctest.Wait()
		f.Close()
		began := time.Now()
		if _, err := c.Ping(context.Background()); !errors.Is(err, pie.ErrLost) || time.Since(began) != 30*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		c.Close(context.Background())
		f.stop()
	})
}

func TestCloseDuringReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "worker-0.5", func(c *fakeConn) {})
		c := f.dial(func(cfg *pie.Config) { cfg.Reconnect = true })
		synctest.Wait()
		f.Close()
		failed := make(chan error, 1)
		go func() { _, err := c.Ping(context.Background()); failed <- err }()
		synctest.Wait()
		c.Close(context.Background())
		if err := <-failed; err == nil {
			t.Error("no error")
		}
		f.stop()
	})
}

func TestRefusedAdmission(t *testing.T) {
	f := newFake(t, "gateway-0.5", func(c *fakeConn) {
		c.want(wire.Launch)
		c.tell(wire.Event{Kind: wire.Refusal, Text: []byte("admission rejected: cluster saturated: no healthy worker has KV/seq headroom")})
	})
	c := f.dial(nil)
	var e *pie.Error
	_, err := c.Launch(soon(t), pie.Launch{Program: "p"})
	if !errors.As(err, &e) || e.Kind != pie.KindOutOfResources || !e.Retryable() || e.Server == "" {
		t.Errorf("%v", err)
	}
}

func TestDialErrors(t *testing.T) {
	for uri, kind := range map[string]error{
		"http://host": pie.ErrUsage, "ws://": pie.ErrUsage, "": pie.ErrUsage, "ws://a b": pie.ErrUsage, "ws://host:1": pie.ErrConnect,
	} {
		cfg := pie.Config{URI: uri, DialContext: (&fake{pipes: nil, closed: closedChan()}).DialContext}
		if _, err := pie.Dial(soon(t), cfg); !errors.Is(err, kind) {
			t.Errorf("%q: %v", uri, err)
		}
	}
	if _, err := pie.Dial(soon(t), pie.Config{URI: "ws://host", Dialect: "klingon"}); !errors.Is(err, pie.ErrUsage) {
		t.Errorf("dialect: %v", err)
	}
}

func closedChan() chan struct{} { c := make(chan struct{}); close(c); return c }

func TestServerThatNeverUpgrades(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{pipes: make(chan net.Conn, 1), closed: make(chan struct{})}
		began := time.Now()
		_, err := pie.Dial(context.Background(), pie.Config{URI: "ws://host", DialContext: f.DialContext})
		if !errors.Is(err, pie.ErrConnect) || time.Since(began) != 15*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestServerThatSpeaksNoDialect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "worker-0.5", func(c *fakeConn) { c.idle() })
		began := time.Now()
		_, err := pie.Dial(context.Background(), pie.Config{URI: "ws://host", DialContext: f.DialContext})
		if !errors.Is(err, pie.ErrConnect) || time.Since(began) > 2*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		f.stop()
	})
}
