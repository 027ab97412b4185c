package conformance_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pierun/pierun/pie"
)

// sizes are about limits and bounds.
func sizes() []scenario {
	return []scenario{
		{name: "a message just below the server's limit", play: bigUp},
		{name: "a message above the server's limit is refused here", play: tooBigUp},
		{name: "a large message from the program", play: bigDown},
		{name: "a large result", play: bigResult},
		{name: "overflow of one instance only", play: overflowOne},
		{name: "an unread instance is all there when it is read", play: unread},
	}
}

const frameRoom = 4096 // what a frame has beside its text, more than enough

func bigUp(x *trial) {
	c := x.client(func(cfg *pie.Config) { cfg.OutBuffer = 64 << 20 })
	i := x.launch(c, "size", "ret:done")
	n := c.Features().MaxCommand - frameRoom
	x.equal("it got", x.ask(i, strings.Repeat("y", n)), fmt.Sprint("size ", n))
	x.ends(i, pie.Completed)
}

func tooBigUp(x *trial) {
	c := x.client(func(cfg *pie.Config) { cfg.OutBuffer = 64 << 20 })
	i := x.launch(c, "echo:1", "ret:done")
	err := i.Send(strings.Repeat("y", c.Features().MaxCommand))
	x.refused("send", err, pie.ErrRefused)
	large := x.lab(c, "ret:"+strings.Repeat("y", c.Features().MaxCommand))
	_, err = c.Launch(x.soon(), large)
	x.refused("launch", err, pie.ErrRefused)
	x.equal("the connection goes on", x.ask(i, "alive?"), "echo alive?")
	x.ends(i, pie.Completed)
}

// large is the size of what a program says at once: below the 8 MiB at which a server of 0.5 breaks.
const large = 7 << 20

func bigDown(x *trial) {
	c := x.client()
	i := x.launch(c, fmt.Sprint("big:", large), "ret:done")
	e := x.next(i, pie.Message)
	if e.Size != large || e.Value != labText(large) {
		x.Errorf("%d bytes", e.Size)
	}
	x.ends(i, pie.Completed)
}

func bigResult(x *trial) {
	c := x.client()
	events := x.run(c, pie.Completed, fmt.Sprint("bigret:", large))
	if got := text(events, pie.Completed); got != x.returned(c, labText(large)) {
		x.Errorf("%d bytes", len(got))
	}
}

func overflowOne(x *trial) {
	c := x.client()
	calm := x.launch(c, "echo:2", "ret:done")
	p := x.lab(c, "msgs:2000", "recv")
	p.Buffer = 20_000
	flooded := x.start(c, p)
	x.settled(flooded)
	x.equal("status", flooded.Status(), pie.StatusOverflowed)
	x.equal("the other", x.ask(calm, "calm?"), "echo calm?")
	events, err := x.all(flooded)
	var e *pie.Error
	if !errors.As(err, &e) || e.Kind != pie.KindOverflow || len(events) == 0 {
		x.Fatalf("%s %v", brief(events), err)
	}
	for n, e := range events {
		if e.Value != fmt.Sprint("msg ", n) {
			x.Fatalf("event %d is %q", n, e.Value)
		}
	}
	x.gone(c, flooded.ID())
	x.ask(calm, "and now?")
	x.ends(calm, pie.Completed)
}

func unread(x *trial) {
	c := x.client()
	i := x.launch(c, "msgs:5000", "ret:done")
	x.settled(i)
	events := x.ends(i, pie.Completed)
	if len(events) != 5001 {
		x.Errorf("%d events", len(events))
	}
}
