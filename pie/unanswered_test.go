package pie_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// TestLaunchThatWasNeverAnswered: what it may have become is named from the list after the reconnect, and never guessed.
func TestLaunchThatWasNeverAnswered(t *testing.T) {
	row := func(id, program, input string, age uint64) wire.InstanceInfo {
		return wire.InstanceInfo{ID: id, Program: program, User: "default", Input: input, Elapsed: age}
	}
	for name, test := range map[string]struct {
		list []wire.InstanceInfo
		want string
	}{
		"nothing there": {nil, "[]"},
		"it":            {[]wire.InstanceInfo{row(idA, "p@1.0.0", `{"n":1}`, 60)}, "[" + idA + "]"},
		"two like it":   {[]wire.InstanceInfo{row(idA, "p@1.0.0", `{"n":1}`, 60), row(idB, "p@1.0.0", `{"n":1}`, 59)}, "[" + idA + " " + idB + "]"},
		"others": {[]wire.InstanceInfo{row(idA, "p@1.0.0", `{"n":2}`, 60), row(idA, "q@1.0.0", `{"n":1}`, 60),
			row(idB, "p@1.0.0", `{"n":1}`, 3600), row(idLost, "p@1.0.0", `{"n":1}`, 60)}, "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t, "process-0.4", func(c *fakeConn) {
					if c.n == 1 {
						cmd := c.want(wire.Launch)
						c.yes(&cmd, idLost)
						c.want(wire.Launch)
						return
					}
					for cmd := range c.commands() {
						switch {
						case cmd.Kind == wire.List:
							c.tell(wire.Event{Kind: wire.Listing, For: wire.List, Corr: cmd.Corr, OK: true, Instances: test.list})
						default:
							c.yes(cmd, "Authenticated (Engine disabled authentication)")
						}
					}
				})
				c := f.dial(func(cfg *pie.Config) { cfg.Reconnect = true })
				p := pie.Launch{Program: "p@1.0.0", Values: map[string]any{"n": 1}}
				lost := launch(t, c, p)
				if c.Unanswered(t.Context()) != nil {
					t.Error("all are answered")
				}
				if _, err := c.Launch(context.Background(), p); !errors.Is(err, pie.ErrLost) {
					t.Errorf("%v", err)
				}
				<-lost.Done()
				time.Sleep(time.Minute)
				u := c.Unanswered(context.Background())
				if len(u) != 1 || u[0].Err != nil || u[0].Program != "p@1.0.0" || fmt.Sprint(u[0].Candidates) != test.want {
					t.Errorf("%+v, want %s", u, test.want)
				}
				c.Close(context.Background())
				if u := c.Unanswered(context.Background()); len(u) != 1 || !errors.Is(u[0].Err, pie.ErrLost) {
					t.Errorf("after the end: %+v", u)
				}
				f.stop()
			})
		})
	}
}

const idLost = "cccccccc-cccc-4ccc-8ccc-cccccccccccc"

// TestLaunchThatAGatewayNeverAnswered: it ends what it runs for a connection that it knows to be gone.
func TestLaunchThatAGatewayNeverAnswered(t *testing.T) {
	f := newFake(t, "gateway-0.5", func(c *fakeConn) { c.want(wire.Launch) })
	c := f.dial(nil)
	if _, err := c.Launch(soon(t), pie.Launch{Program: "p"}); !errors.Is(err, pie.ErrLost) {
		t.Errorf("%v", err)
	}
	if u := c.Unanswered(soon(t)); u != nil {
		t.Errorf("%+v", u)
	}
}
