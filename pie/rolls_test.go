package pie_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// rolls is a server that launches what it is asked to and lists what the test says.
type rolls struct {
	listed  func(look int, ids []string) []string
	between func(c *fakeConn, look int)  // behind the answer to a look; nil: nothing
	born    func(c *fakeConn, id string) // behind the answer to a launch; nil: nothing
	refuse  func() string                // the words for an attach; nil: nobody is known
	ids     []string
	looks   atomic.Int64
}

func (r *rolls) serve(c *fakeConn) {
	for cmd := range c.commands() {
		switch cmd.Kind {
		case wire.Identify:
			c.yes(cmd, "Authenticated (Engine disabled authentication)")
		case wire.Launch:
			id := fmt.Sprintf("%08d-aaaa-4aaa-8aaa-aaaaaaaaaaaa", len(r.ids))
			r.ids = append(r.ids, id)
			c.yes(cmd, id)
			if r.born != nil {
				r.born(c, id)
			}
		case wire.List:
			look := int(r.looks.Add(1))
			c.listed(cmd, r.listed(look, r.ids)...)
			if r.between != nil {
				r.between(c, look)
			}
		case wire.Attach:
			words := "Instance not found"
			if r.refuse != nil {
				words = r.refuse()
			}
			c.no(cmd, words)
		default:
			c.yes(cmd, "Pong")
		}
	}
}

// silent plays for so long with a server and gives its first instance.
func silent(t *testing.T, generation string, r *rolls, launches int, d time.Duration, check func(i *pie.Instance)) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, generation, r.serve)
		c := f.dial(func(cfg *pie.Config) { cfg.Liveness = 20 * time.Second })
		var first *pie.Instance
		for n := range launches {
			if i := launch(t, c, pie.Launch{Program: "p@1.0.0"}); n == 0 {
				first = i
			}
		}
		time.Sleep(d)
		check(first)
		c.Close(context.Background())
		f.stop()
	})
}
