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
				if u := c.Unanswered(context.Background()); len(u) != 1 || u[0].Err != nil || fmt.Sprint(u[0].Candidates) != test.want {
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

// TestLaunchThatTheClientLeaves: what it may have become is looked for before the connection ends, which nobody asks over
// any more then; and what was answered without an id is one, too.
func TestLaunchThatTheClientLeaves(t *testing.T) {
	for _, generation := range []string{"instance-0.2", "process-0.3", "process-0.4", "worker-0.5"} {
		for _, answered := range []bool{false, true} {
			t.Run(fmt.Sprint(generation, " ", answered), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { leaveLaunch(t, generation, answered) })
			})
		}
	}
}

func leaveLaunch(t *testing.T, generation string, answered bool) {
	f, g := newFake(t, generation, func(c *fakeConn) {
		for cmd := range c.commands() {
			switch {
			case cmd.Kind == wire.List:
				c.listed(cmd, idA)
			case cmd.Kind != wire.Launch:
				c.yes(cmd, "Authenticated (Engine disabled authentication)")
			case answered:
				c.yes(cmd, "")
			}
		}
	}), &gate{}
	c := f.dial(func(cfg *pie.Config) { cfg.Journal = g })
	_, err := c.Launch(context.Background(), pie.Launch{Program: "p@1.0.0", Timeout: time.Second})
	if want := map[bool]error{false: pie.ErrTimeout, true: pie.ErrProtocol}[answered]; !errors.Is(err, want) {
		t.Errorf("%v", err)
	}
	c.Close(context.Background())
	u := c.Unanswered(context.Background())
	if len(u) != 1 || u[0].Err != nil || u[0].Answered != answered || fmt.Sprint(u[0].Candidates) != "["+idA+"]" {
		t.Errorf("%+v", u)
	}
	if g.all() != "intent p@1.0.0" {
		t.Errorf("the journal: %s", g.all())
	}
	f.stop()
}
