package pie_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// slowDisk is a journal whose Sync waits until it is let through.
type slowDisk struct {
	gate
	syncs atomic.Int32
	open  chan struct{}
}

func (d *slowDisk) Sync() {
	d.syncs.Add(1)
	<-d.open
}

// TestNoLaunchIsWrittenBeforeItsIntent: what the network gets is on disk first, and one write serves all launches that
// go out together.
func TestNoLaunchIsWrittenBeforeItsIntent(t *testing.T) {
	const launches = 50
	synctest.Test(t, func(t *testing.T) {
		var came atomic.Int32
		f := newFake(t, "process-0.4", func(c *fakeConn) {
			hello := c.want(wire.Identify)
			c.yes(&hello, "Authenticated (Engine disabled authentication)")
			for range launches {
				c.want(wire.Launch)
				came.Add(1)
			}
			c.idle()
		})
		disk := &slowDisk{open: make(chan struct{})}
		c := f.dial(func(cfg *pie.Config) { cfg.Journal = disk })
		for range launches {
			begin(t, c, pie.Launch{Program: "p@1.0.0"})
		}
		synctest.Wait()
		if n := came.Load(); n != 0 {
			t.Errorf("%d launches were written before their intents", n)
		}
		close(disk.open)
		synctest.Wait()
		if n := came.Load(); n != launches {
			t.Errorf("%d launches came", n)
		}
		if n := disk.syncs.Load(); n > 2 { // the writer may have taken the first alone
			t.Errorf("%d writes for one burst", n)
		}
		c.Close(context.Background())
		f.stop()
	})
}
