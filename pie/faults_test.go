package pie_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

func TestConnectionCutMidStream(t *testing.T) {
	running := map[string]pie.State{"gateway-0.5": pie.False, "worker-0.5": pie.Unknown, "process-0.4": pie.Unknown, "instance-0.2": pie.Unknown}
	attachable := map[string]bool{"instance-0.2": true} // a released worker keeps what was closed, not what broke
	for generation, want := range running {
		t.Run(generation, func(t *testing.T) {
			f := newFake(t, generation, func(c *fakeConn) {
				cmd := c.want(wire.Launch)
				c.yes(&cmd, idA)
				c.out(idA, "one")
				c.out(idA, "two")
				c.raw.Close()
			})
			c := f.dial(nil)
			i := launch(t, c, pie.Launch{})
			events, err := collect(t, i)
			if text(events, pie.Stdout) != "onetwo" {
				t.Errorf("received %v", events)
			}
			var e *pie.Error
			if !errors.As(err, &e) || e.Kind != pie.KindLost || e.Running != want || e.Attachable != attachable[generation] || e.InstanceID != idA {
				t.Errorf("%#v", err)
			}
			if i.Status() != pie.StatusLost || !errors.Is(i.Send("x"), pie.ErrLost) {
				t.Errorf("status %s, send %v", i.Status(), i.Send("x"))
			}
			<-c.Done()
			if _, err := c.List(soon(t)); !errors.Is(err, pie.ErrLost) {
				t.Errorf("list: %v", err)
			}
		})
	}
}

// TestCloseWaitsForItsOwnTerminations: the server's answer to one comes while the client closes.
func TestCloseWaitsForItsOwnTerminations(t *testing.T) {
	asked, closing := make(chan struct{}), make(chan struct{})
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		a := c.want(wire.Launch)
		c.yes(&a, idA)
		for range 100 {
			c.out(idA, strings.Repeat("x", 1000))
		}
		stop := c.want(wire.Terminate)
		close(asked)
		<-closing
		c.yes(&stop, "")
		c.tell(wire.Event{Kind: wire.Aborted, ID: []byte(idA)})
		c.idle()
	})
	c := f.dial(nil)
	launch(t, c, pie.Launch{Buffer: 10_000})
	<-asked
	closed := make(chan error, 1)
	go func() { closed <- c.Close(context.Background()) }()
	<-c.Done() // closing has begun
	close(closing)
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if left := c.Unconfirmed(); len(left) != 0 {
		t.Errorf("unconfirmed: %v", left)
	}
}

func TestAnswerTwiceAndForSomebodyElse(t *testing.T) {
	f := newFake(t, "process-0.4", func(c *fakeConn) {
		cmd := c.want(wire.Ping)
		c.no(&wire.Command{Kind: wire.Ping, Corr: cmd.Corr + 77}, "not yours")
		c.yes(&cmd, "Pong")
		c.yes(&cmd, "Pong")
		c.no(&cmd, "no")
		cmd = c.want(wire.Ping)
		c.yes(&cmd, "Pong")
		c.idle()
	})
	c := f.dial(nil)
	for range 2 {
		if _, err := c.Ping(soon(t)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPingThatIsRefused(t *testing.T) {
	for _, generation := range []string{"instance-0.1", "instance-0.2", "process-0.4", "gateway-0.5"} {
		f := newFake(t, generation, func(c *fakeConn) {
			for cmd := range c.commands() {
				if cmd.Kind == wire.Ping || cmd.Kind == wire.Query {
					c.no(cmd, "Not now")
				} else {
					c.yes(cmd, "Already authenticated")
				}
			}
		})
		if _, err := f.dial(nil).Ping(soon(t)); !errors.Is(err, pie.ErrRefused) || !strings.Contains(err.Error(), "Not now") {
			t.Errorf("%s: %v", generation, err)
		}
	}
}

func TestGarbageEndsTheConnection(t *testing.T) {
	for name, frame := range map[string][]byte{"noise": {0xc1, 0xff, 0x00}, "cut off": {0x84, 0xa4, 't', 'y'}, "lie": {0xdf, 0xff, 0xff, 0xff, 0xff}, "empty": {}} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, "worker-0.5", func(c *fakeConn) {
				cmd := c.want(wire.Launch)
				c.yes(&cmd, idA)
				c.out(idA, "before")
				c.ws.WriteMessage(websocket.BinaryMessage, frame)
				c.idle()
			})
			events, err := collect(t, launch(t, f.dial(nil), pie.Launch{}))
			if len(events) != 1 || !errors.Is(err, pie.ErrProtocol) {
				t.Errorf("%v %v", events, err)
			}
		})
	}
}

func TestUnknownFramesAreSkipped(t *testing.T) {
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		c.ws.WriteMessage(websocket.BinaryMessage, append([]byte{0x81, 0xa4}, "type\xa6future"...))
		c.done(idA, "ok")
		c.idle()
	})
	if events, err := collect(t, launch(t, f.dial(nil), pie.Launch{})); err != nil || len(events) != 1 {
		t.Errorf("%v %v", events, err)
	}
}
