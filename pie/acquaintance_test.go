package pie_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
)

// replaced is an address behind which one server follows another.
type replaced struct {
	now atomic.Pointer[engine.Engine]
}

func (r *replaced) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return r.now.Load().DialContext(ctx, network, addr)
}

// by puts another server in the place of the one that is there.
func (r *replaced) by(e *engine.Engine) {
	if old := r.now.Swap(e); old != nil {
		old.Close()
	}
	synctest.Wait()
}

// TestAnotherGenerationBehindTheAddress is found out when it is connected to again, and told of once. Instances of before
// are lost, and what is launched then goes by the new rules.
func TestAnotherGenerationBehindTheAddress(t *testing.T) {
	generations := []string{"process-0.4", "instance-hash", "worker-0.5", "process-0.3", "gateway-0.5", "process-0.4", "instance-0.2", "instance-0.2"}
	synctest.Test(t, func(t *testing.T) {
		var where replaced
		var warned []string
		where.by(serveAs(t, engine.Config{Dialect: known(t, generations[0])}))
		c := dial(t, where.now.Load(), func(cfg *pie.Config) {
			cfg.DialContext, cfg.Dialect, cfg.Reconnect = where.DialContext, "auto", true
			cfg.Warn = func(w pie.Warning) { warned = append(warned, w.Message) }
		})
		for n, generation := range generations {
			if n > 0 {
				where.by(serveAs(t, engine.Config{Dialect: known(t, generation)}))
			}
			if _, err := c.Ping(soon(t)); err != nil {
				t.Fatalf("%s: %v", generation, err)
			}
			if got := c.Info(); got.Dialect != generation || got.Reconnects != n {
				t.Errorf("%s: %+v", generation, got)
			}
		}
		for n, w := range warned {
			if !strings.Contains(w, generations[n]) || !strings.Contains(w, generations[n+1]) {
				t.Errorf("warned %q", w)
			}
		}
		if len(warned) != len(generations)-2 { // the last two are the same
			t.Errorf("%d warnings: %q", len(warned), warned)
		}
		c.Close(t.Context())
		where.now.Load().Close()
	})
}

// TestAnotherGenerationThanTheNamedOne behind the address: nobody is asked for it, so that its silence has to be explained.
func TestAnotherGenerationThanTheNamedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var where replaced
		where.by(serveAs(t, engine.Config{Dialect: known(t, "process-0.4")}))
		c := dial(t, where.now.Load(), func(cfg *pie.Config) { cfg.DialContext, cfg.Reconnect = where.DialContext, true })
		if _, err := c.Ping(soon(t)); err != nil {
			t.Fatal(err)
		}
		where.by(serveAs(t, engine.Config{Dialect: known(t, "instance-0.2")}))
		_, err := c.Ping(soon(t))
		if !errors.Is(err, pie.ErrLost) || !strings.Contains(err.Error(), `"process-0.4" may be the wrong dialect`) {
			t.Errorf("%v", err)
		}
		c.Close(t.Context())
		where.now.Load().Close()
	})
}
