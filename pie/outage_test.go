package pie_test

import (
	"context"
	"errors"
	"net"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// outages pings over a connection that was lost, to a server that is back after away, and gives what was told.
func outages(t *testing.T, away time.Duration, pings int) (told []pie.Outage, began time.Time) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "worker-0.5", func(c *fakeConn) {
			if c.n > 1 {
				for cmd := c.want(wire.Ping); cmd.Kind == wire.Ping; cmd = c.want(wire.Ping) {
					c.yes(&cmd, "Pong")
				}
			}
		})
		var mu sync.Mutex
		began = time.Now()
		c := f.dial(func(cfg *pie.Config) {
			cfg.Reconnect = true
			cfg.Outage = func(o pie.Outage) { mu.Lock(); told = append(told, o); mu.Unlock() }
			cfg.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if since := time.Since(began); since > 0 && since < away {
					return nil, errors.New("connection refused")
				}
				return f.DialContext(ctx, network, addr)
			}
		})
		synctest.Wait()
		<-time.After(time.Nanosecond)
		for range pings {
			_, _ = c.Ping(context.Background())
		}
		c.Close(context.Background())
		f.stop()
		synctest.Wait()
	})
	return told, began.Add(time.Nanosecond)
}

func TestAnOutageThatLastsIsTold(t *testing.T) {
	told, began := outages(t, 5*time.Second, 1)
	if len(told) != 2 || told[0] != (pie.Outage{Host: "fake", Until: began.Add(30 * time.Second)}) {
		t.Fatalf("%+v", told)
	}
	if o := told[1]; !o.Over || !o.Back || o.Waited < 5*time.Second-time.Nanosecond || o.Waited > 10*time.Second {
		t.Errorf("%+v", o)
	}
}

func TestAShortOutageIsNotTold(t *testing.T) {
	if told, _ := outages(t, 1*time.Second, 1); len(told) != 0 {
		t.Errorf("%+v", told)
	}
}

// The second ping connects at its first try, which nobody would be told of; but who was told that it was lost is.
func TestTheEndOfAToldOutageIsTold(t *testing.T) {
	told, began := outages(t, 30*time.Second, 2)
	until := began.Add(30 * time.Second)
	want := []pie.Outage{
		{Host: "fake", Until: until},
		{Host: "fake", Until: until, Over: true, Waited: 30 * time.Second},
		{Host: "fake", Until: until.Add(30 * time.Second), Over: true, Back: true, Waited: 30 * time.Second},
	}
	if !reflect.DeepEqual(told, want) {
		t.Errorf("%+v", told)
	}
}
