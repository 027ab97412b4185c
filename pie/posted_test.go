package pie_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// warnings collects what a client warns of.
type warnings struct {
	mu   sync.Mutex
	list []pie.Warning
}

func (w *warnings) add(one pie.Warning) {
	w.mu.Lock()
	w.list = append(w.list, one)
	w.mu.Unlock()
}

func (w *warnings) all() []pie.Warning {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.list
}

// about are the warnings whose words hold part.
func (w *warnings) about(part string) (list []pie.Warning) {
	for _, one := range w.all() {
		if strings.Contains(one.Message, part) {
			list = append(list, one)
		}
	}
	return list
}

// losing is a gateway with two instances that hears two messages and two more, and then loses its worker for a moment.
type losing struct {
	sent  chan struct{} // closed when the test has sent all
	heard []string      // the letter of the instance and the message
}

func (g *losing) serve(c *fakeConn) {
	a := c.want(wire.Launch)
	c.yes(&a, idA)
	b := c.want(wire.Launch)
	c.yes(&b, idB)
	g.read(c, 2)
	c.out(idA, "heard of one")
	c.out(idB, "heard of one")
	g.read(c, 2)
	c.tell(wire.Event{Kind: wire.StreamAborted})
	list := c.want(wire.List)
	<-g.sent
	c.listed(&list, idA, idB)
	for range 2 {
		again := c.want(wire.Attach)
		c.yes(&again, "Process attached")
	}
	g.read(c, 1)
	c.done(idA, "")
	c.done(idB, "")
	c.idle()
}

func (g *losing) read(c *fakeConn, n int) {
	for range n {
		cmd := c.want(wire.Signal)
		g.heard = append(g.heard, cmd.ID[:1]+cmd.Text)
	}
}

// TestMessagesBeforeTheWordOfALostStream: a gateway that lost its worker drops them without a sign. Those that the
// instance was not heard behind are told of; those before are not, and those that come later wait for the new stream.
func TestMessagesBeforeTheWordOfALostStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := losing{sent: make(chan struct{})}
		f := newFake(t, "gateway-0.5", g.serve)
		var told warnings
		c := f.dial(func(cfg *pie.Config) { cfg.Warn = told.add })
		a, b := launch(t, c, pie.Launch{}), launch(t, c, pie.Launch{})
		say(t, a, "one")
		say(t, b, "one")
		for _, i := range []*pie.Instance{a, b} {
			if _, err := i.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		say(t, a, "two")
		say(t, a, "three")
		synctest.Wait()
		say(t, a, "four")
		close(g.sent)
		<-a.Done()
		<-b.Done()
		list := told.about("not have arrived")
		if gaps := told.about("this and 1 more"); len(gaps) != 1 || len(told.all()) != 2 {
			t.Errorf("%+v", told.all())
		}
		if len(list) != 1 || list[0].InstanceID != idA || !strings.Contains(list[0].Message, "2 messages may not have arrived") {
			t.Errorf("%+v", list)
		}
		if got := strings.Join(g.heard, " "); got != "aone bone atwo athree afour" {
			t.Error(got)
		}
		c.Close(context.Background())
		f.stop()
	})
}

func say(t *testing.T, i *pie.Instance, text string) {
	t.Helper()
	if err := i.Send(text); err != nil {
		t.Fatal(err)
	}
}

// TestLostMessageOnTheEngine: what was dropped is told of.
func TestLostMessageOnTheEngine(t *testing.T) {
	for _, early := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			e := serve(t, "gateway-0.5")
			var told warnings
			attached := make(chan struct{}, 1)
			c := dial(t, e, func(cfg *pie.Config) {
				cfg.Warn = func(w pie.Warning) {
					told.add(w)
					if strings.Contains(w.Message, "may be missing") {
						attached <- struct{}{}
					}
				}
			})
			i := launch(t, c, name(t, c, "echo"))
			synctest.Wait() // the server answers a launch before it counts it among what it may break
			e.BreakLink()
			if !early {
				synctest.Wait()
			}
			say(t, i, "hello")
			<-attached
			synctest.Wait()
			dropped, warned := i.Received() == 0, len(told.about("not have arrived")) == 1
			if len(told.about("may be missing")) != 1 {
				t.Errorf("%+v", told.all())
			}
			if dropped && !warned || !early && (dropped || warned) {
				t.Errorf("sent before the word of it %v: %d warnings, %d events", early, len(told.all()), i.Received())
			}
			say(t, i, "bye")
			<-i.Done()
			c.Close(context.Background())
			_ = e.Close()
		})
	}
}

// TestFileWaitsForItsStream: a file that is sent while streams are attached to again would be dropped.
func TestFileWaitsForItsStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []wire.CommandKind
		waits := make(chan struct{}) // the file does
		f := newFake(t, "gateway-0.5", func(c *fakeConn) {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, idA)
			c.tell(wire.Event{Kind: wire.StreamAborted})
			for len(order) < 3 {
				cmd, ok := c.read()
				if !ok {
					return
				}
				switch order = append(order, cmd.Kind); cmd.Kind {
				case wire.List:
					<-waits
					c.listed(&cmd, idA)
				case wire.Attach:
					c.yes(&cmd, "Process attached")
				}
			}
			c.done(idA, "")
			c.idle()
		})
		c := f.dial(nil)
		i := launch(t, c, pie.Launch{})
		synctest.Wait()
		sent := make(chan error, 1)
		go func() { sent <- i.SendFile(t.Context(), []byte("x"), "") }()
		synctest.Wait()
		close(waits)
		if err := <-sent; err != nil {
			t.Error(err)
		}
		<-i.Done()
		if want := [...]wire.CommandKind{wire.List, wire.Attach, wire.SendFile}; len(order) != 3 || [3]wire.CommandKind(order) != want {
			t.Errorf("%v", order)
		}
		c.Close(context.Background())
		f.stop()
	})
}
