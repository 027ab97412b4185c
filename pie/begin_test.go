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

// begun is what Begin gave in the end.
type begun struct {
	i   *pie.Instance
	err error
}

// begin launches without waiting; the channel gets the outcome.
func begin(t *testing.T, c *pie.Client, p pie.Launch) (abandon func(), out chan begun) {
	t.Helper()
	out = make(chan begun, 1)
	abandon, ok := c.Begin(&p, func(i *pie.Instance, err error) { out <- begun{i, err} })
	if !ok {
		t.Fatalf("%+v was not begun", p)
	}
	return abandon, out
}

func TestBeginIsLaunch(t *testing.T) {
	e := serve(t, "gateway-0.5")
	c, err := pie.Dial(soon(t), pie.Config{URI: "ws://engine", Dialect: "gateway-0.5", DialContext: e.DialContext})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	_, out := begin(t, c, pie.Launch{Program: "echo@0.1.0"})
	got := <-out
	if got.err != nil {
		t.Fatal(got.err)
	}
	if err := got.i.Send("hello"); err != nil {
		t.Fatal(err)
	}
	if event, err := got.i.Next(soon(t)); err != nil || event.Value != "hello" {
		t.Errorf("%+v, %v", event, err)
	}
	_, out = begin(t, c, pie.Launch{Program: "there-is-none@1.0.0"})
	if got := <-out; !errors.Is(got.err, pie.ErrProgram) {
		t.Errorf("%v", got.err)
	}
	for name, p := range map[string]pie.Launch{
		"bytes": {Bytes: []byte("x")}, "a wrong name": {Program: "A B"}, "nothing": {}, "detached": {Program: "echo@0.1.0", Detached: true},
	} {
		if _, ok := c.Begin(&p, func(*pie.Instance, error) { t.Errorf("%s: told of something that was not begun", name) }); ok {
			t.Errorf("%s was begun", name)
		}
	}
}

func TestBegunAndGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		givenUp, ended := make(chan struct{}), make(chan string, 1)
		f := newFake(t, "process-0.4", func(c *fakeConn) {
			cmd := c.want(wire.Identify)
			c.yes(&cmd, "Authenticated (Engine disabled authentication)")
			launch := c.want(wire.Launch)
			<-givenUp
			c.yes(&launch, idA)
			cmd = c.want(wire.Terminate)
			c.yes(&cmd, "Process terminated")
			ended <- cmd.ID
			c.idle()
		})
		c := f.dial(nil)
		abandon, out := begin(t, c, pie.Launch{Program: "p@1.0.0"})
		synctest.Wait()
		abandon()
		abandon()
		if got := <-out; !errors.Is(got.err, pie.ErrCancelled) {
			t.Errorf("%+v", got)
		}
		close(givenUp)
		if id := <-ended; id != idA {
			t.Errorf("%q was ended, not what was started all the same", id)
		}
		c.Close(context.Background())
		f.stop()
	})
}

func TestBegunAndUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "process-0.4", func(c *fakeConn) { c.want(wire.NoCommand + 99) })
		c := f.dial(nil)
		_, out := begin(t, c, pie.Launch{Program: "p@1.0.0", Timeout: time.Second})
		if got := <-out; !errors.Is(got.err, pie.ErrTimeout) {
			t.Errorf("%+v", got)
		}
		_, out = begin(t, c, pie.Launch{Program: "p@1.0.0"})
		c.Close(context.Background())
		if got := <-out; got.err == nil {
			t.Error("a launch outlived its client")
		}
		f.stop()
	})
}
