package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// trial is one scenario on one server.
type trial struct {
	*testing.T
	*server
	fate fate // what the generation makes of detached work and lost connections
}

// patience is how long anything may take. In memory it is virtual.
const patience = 60 * time.Second

// soon is a context for what must not hang.
func (x *trial) soon() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	x.Cleanup(cancel)
	return ctx
}

// client connects; change may alter the configuration. It is closed at the end.
func (x *trial) client(change ...func(*pie.Config)) *pie.Client {
	x.Helper()
	cfg := x.config()
	for _, f := range change {
		f(&cfg)
	}
	c, err := pie.Dial(x.soon(), cfg)
	if err != nil {
		x.Fatal(err)
	}
	x.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// wired is a client whose connections can be cut.
func (x *trial) wired(change ...func(*pie.Config)) (*pie.Client, *wires) {
	x.Helper()
	w := &wires{dial: x.dial}
	c := x.client(append(change, func(cfg *pie.Config) { cfg.DialContext = w.DialContext })...)
	return c, w
}

// lab is a launch of the lab on the server that c is connected to.
func (x *trial) lab(c *pie.Client, steps ...string) pie.Launch {
	f := c.Features()
	return labLaunch(&f, steps...)
}

// launch starts a lab.
func (x *trial) launch(c *pie.Client, steps ...string) *pie.Instance {
	x.Helper()
	return x.start(c, x.lab(c, steps...))
}

func (x *trial) start(c *pie.Client, p pie.Launch) *pie.Instance {
	x.Helper()
	i, err := c.Launch(x.soon(), p)
	if err != nil {
		x.Fatal(err)
	}
	return i
}

// all takes everything that i says, up to its end.
func (x *trial) all(i *pie.Instance) (events []pie.Event, err error) {
	x.Helper()
	ctx := x.soon()
	for {
		e, err := i.Next(ctx)
		if err != nil {
			return events, err
		}
		events = append(events, e)
		if e.Kind.Terminal() {
			return events, nil
		}
	}
}

// run plays a lab to its end, which must be end.
func (x *trial) run(c *pie.Client, end pie.EventKind, steps ...string) []pie.Event {
	x.Helper()
	return x.ends(x.launch(c, steps...), end)
}

// ends takes everything that i says; the last must be end.
func (x *trial) ends(i *pie.Instance, end pie.EventKind) []pie.Event {
	x.Helper()
	events, err := x.all(i)
	if err != nil {
		x.Fatalf("after %s: %v", brief(events), err)
	}
	if last := events[len(events)-1]; last.Kind != end {
		x.Fatalf("ended in %v %q, want %v", last.Kind, last.Value, end)
	}
	return events
}

// next is the next event of a kind.
func (x *trial) next(i *pie.Instance, kind pie.EventKind) pie.Event {
	x.Helper()
	ctx := x.soon()
	for {
		e, err := i.Next(ctx)
		if err != nil {
			x.Fatalf("waiting for %v: %v", kind, err)
		}
		if e.Kind == kind {
			return e
		}
		if e.Kind.Terminal() {
			x.Fatalf("waiting for %v: ended in %v %q", kind, e.Kind, e.Value)
		}
	}
}

func (x *trial) send(i *pie.Instance, text string) {
	x.Helper()
	if err := i.Send(text); err != nil {
		x.Fatal(err)
	}
}

// ask sends and gives the next message.
func (x *trial) ask(i *pie.Instance, text string) string {
	x.Helper()
	x.send(i, text)
	return x.next(i, pie.Message).Value.(string)
}

// text joins the values of one kind.
func text(events []pie.Event, kind pie.EventKind) string {
	var b strings.Builder
	for _, e := range events {
		if e.Kind == kind {
			b.WriteString(e.Value.(string))
		}
	}
	return b.String()
}

// brief shows events for people.
func brief(events []pie.Event) string {
	var b strings.Builder
	for n, e := range events {
		if n == 20 {
			return fmt.Sprintf("%s … %d in all", b.String(), len(events))
		}
		fmt.Fprintf(&b, "%v %.40q, ", e.Kind, fmt.Sprint(e.Value))
	}
	return b.String()
}

// equal compares what was expected.
func (x *trial) equal(what string, got, want any) {
	x.Helper()
	if got != want {
		x.Errorf("%s: %.200q, want %.200q", what, fmt.Sprint(got), fmt.Sprint(want))
	}
}

// refused checks the kind of an error.
func (x *trial) refused(what string, err error, kinds ...error) {
	x.Helper()
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			return
		}
	}
	x.Errorf("%s: %v, want an error of kind %v", what, err, kinds)
}

// printed is what a program's stdout amounts to here.
func (x *trial) printed(c *pie.Client, text string) string {
	if c.Features().Stdout {
		return text
	}
	return ""
}

// returned is what a result amounts to here: the first release tells none.
func (x *trial) returned(c *pie.Client, text string) string { return x.printed(c, text) }

// runs asks the server whether an instance is there: over the list where it has one, else of the engine itself.
func (x *trial) runs(c *pie.Client, id string) bool {
	x.Helper()
	if x.engine != nil {
		return hasInstance(x.engine.Instances(), id)
	}
	list, err := c.List(x.soon())
	if err != nil {
		x.Fatal(err)
	}
	for _, in := range list {
		if in.InstanceID == id {
			return true
		}
	}
	return false
}

func hasInstance(list []wire.InstanceInfo, id string) bool {
	for _, in := range list {
		if in.ID == id {
			return true
		}
	}
	return false
}

// gone waits until the server does not run an instance any more.
func (x *trial) gone(c *pie.Client, id string) {
	x.Helper()
	x.until("instance "+id+" is gone", func() bool { return !x.runs(c, id) })
}

// until waits for something that the server does by itself.
func (x *trial) until(what string, done func() bool) {
	x.Helper()
	ctx := x.soon()
	for !done() {
		pause := time.NewTimer(10 * time.Millisecond)
		select {
		case <-pause.C:
		case <-ctx.Done():
			x.Fatalf("never came true: %s", what)
		}
	}
}

// settled waits for the end of i without reading it.
func (x *trial) settled(i *pie.Instance) {
	x.Helper()
	x.waits("instance "+i.ID()+" settles", i.Done())
}

func (x *trial) waits(what string, done <-chan struct{}) {
	x.Helper()
	select {
	case <-done:
	case <-x.soon().Done():
		x.Fatalf("never came true: %s", what)
	}
}
