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
	"github.com/pierun/pierun/pie/wire"
)

// TestTerminateWhereAnyIDIsTaken: those servers say yes to ids that never were, so that they are asked first what there
// is. A list that is cut says nothing about what it lacks.
func TestTerminateWhereAnyIDIsTaken(t *testing.T) {
	const elsewhere = 60
	for name, test := range map[string]struct {
		listed []string
		attach string // the answer to an attach; "": yes
		want   bool
		said   string
	}{
		"listed":              {[]string{idA}, "", true, "[list terminate list]"},
		"not listed":          {[]string{idB}, "", false, "[list]"},
		"cut list, there":     {others(elsewhere), "Instance already attached", true, "[list attach terminate list attach]"},
		"cut list, detached":  {others(elsewhere), "", true, "[list attach terminate list attach]"},
		"cut list, not there": {others(elsewhere), "Instance not found", false, "[list attach]"},
		"cut list, nonsense":  {others(elsewhere), "Invalid instance_id", false, "[list attach]"},
	} {
		for _, generation := range []string{"instance-hash", "instance-0.2"} {
			t.Run(generation+"/"+name, func(t *testing.T) {
				var said []wire.CommandKind
				ended := false
				f := newFake(t, generation, func(c *fakeConn) {
					for cmd := range c.commands() {
						ended = ended || cmd.Kind == wire.Terminate
						if cmd.Kind != wire.Identify {
							said = append(said, cmd.Kind)
						}
						switch {
						case cmd.Kind == wire.List && ended && len(test.listed) == 1:
							c.listed(cmd)
						case cmd.Kind == wire.List:
							c.listed(cmd, test.listed...)
						case cmd.Kind == wire.Attach && ended:
							c.no(cmd, "Instance not found")
						case cmd.Kind == wire.Attach && test.attach != "":
							c.no(cmd, test.attach)
						default:
							c.yes(cmd, "Authenticated (Engine disabled authentication)")
						}
					}
				})
				c := f.dial(nil)
				there, err := c.Terminate(soon(t), idA)
				c.Close(context.Background())
				f.stop()
				if left := c.Unconfirmed(); there != test.want || err != nil || len(left) > 0 || fmt.Sprint(said) != test.said {
					t.Errorf("%v %v after %v, want %v after %s", there, err, said, test.want, test.said)
				}
			})
		}
	}
}

// others are ids of somebody's instances; a list of 0.2 has fifty of them at most.
func others(n int) []string {
	ids := make([]string, min(n, 50))
	for k := range ids {
		ids[k] = fmt.Sprintf("%08d-bbbb-4bbb-8bbb-bbbbbbbbbbbb", k)
	}
	return ids
}

// TestTerminateThatNobodyAnswers: 0.1 answers none and has no list. Where the end had been lost before, the waiter is told
// so in the end.
func TestTerminateThatNobodyAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "instance-0.1", func(c *fakeConn) {
			for cmd := range c.commands() {
				switch cmd.Kind {
				case wire.HasProgram, wire.Query:
					c.yes(cmd, "true")
				case wire.Launch:
					c.yes(cmd, idA)
				case wire.Token:
					c.yes(cmd, "Already authenticated")
				}
			}
		})
		c := f.dial(nil)
		i := launch(t, c, pie.Launch{Hash: strings.Repeat("ab", 32)})
		if err := i.Terminate(context.Background()); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		<-i.Done()
		var e *pie.Error
		if !errors.As(i.Failure(), &e) || e.Kind != pie.KindLost || e.Running != pie.Unknown || time.Since(began) != 10*time.Second {
			t.Errorf("%v after %v", i.Failure(), time.Since(began))
		}
		if there, err := c.Terminate(context.Background(), idB); there || err != nil {
			t.Errorf("somebody else's: %v %v", there, err)
		}
		c.Close(context.Background())
		f.stop()
	})
}
