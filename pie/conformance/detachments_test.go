package conformance_test

import (
	"context"
	"strings"
	"sync"

	"github.com/pierun/pierun/pie"
)

// detachments are about work that goes on by itself.
func detachments() []scenario {
	return []scenario{
		{name: "detached launch, attach while it runs", play: attachRunning},
		{name: "detached launch, ended before the attach", play: attachEnded},
		{name: "detached launches at once get their own ids", play: detachedIDs},
		{name: "a detached launch outlives its client", play: detachedOutlives},
		{name: "detach, and attach from another connection", play: detachAttach},
		{name: "detach, and attach from the same connection", play: detachSame},
	}
}

// detached launches a lab detached, or sees it refused.
func (x *trial) detached(c *pie.Client, steps ...string) *pie.Instance {
	x.Helper()
	p := x.lab(c, steps...)
	p.Detached = true
	i, err := c.Launch(x.soon(), p)
	if !x.fate.detached {
		x.refused("a detached launch", err, pie.ErrUnsupported)
		return nil
	}
	if err != nil {
		x.Fatal(err)
	}
	x.equal("status", i.Status(), pie.StatusDetached)
	return i
}

func attachRunning(x *trial) {
	c := x.client()
	i := x.detached(c, "out:early", "recv", "out:late", "msg:hello", "ret:done")
	if i == nil {
		return
	}
	a, err := c.Attach(x.soon(), i.ID())
	if err != nil {
		x.Fatal(err)
	}
	x.send(a, "go")
	events := x.ends(a, pie.Completed)
	want := ""
	if x.fate.output {
		want = "early\nlate\n"
	}
	x.equal("stdout", text(events, pie.Stdout), want)
	x.equal("messages", text(events, pie.Message), "hello")
	x.equal("result", text(events, pie.Completed), "done")
}

// attachEnded: where results are kept the attach gives them, else there is nothing to attach to. Where the id comes
// from comparing lists, an instance that ends at once may be gone before.
func attachEnded(x *trial) {
	c := x.client()
	p := x.lab(c, "out:early", "ret:done")
	p.Detached = true
	i, err := c.Launch(x.soon(), p)
	if !x.fate.detached {
		x.refused("a detached launch", err, pie.ErrUnsupported)
		return
	}
	if err != nil && !c.Features().DetachedID {
		x.refused("a launch that ended at once", err, pie.ErrLaunch)
		return
	}
	if err != nil {
		x.Fatal(err)
	}
	x.settledThere(c, i.ID())
	a, err := c.Attach(x.soon(), i.ID())
	if !x.fate.result {
		x.refused("attach", err, pie.ErrRefused)
		return
	}
	if err != nil {
		x.Fatal(err)
	}
	events := x.ends(a, pie.Completed)
	x.equal("stdout", text(events, pie.Stdout), "early\n")
	x.equal("result", text(events, pie.Completed), "done")
	_, err = x.client().Attach(x.soon(), i.ID())
	x.refused("a second attach", err, pie.ErrRefused)
}

// settledThere waits until an instance has ended, its result kept or not.
func (x *trial) settledThere(c *pie.Client, id string) {
	x.Helper()
	x.until("it has ended", func() bool {
		list, err := c.List(x.soon())
		if err != nil {
			x.Fatal(err)
		}
		for _, in := range list {
			if in.InstanceID == id {
				return in.State == "finished"
			}
		}
		return true
	})
}

func detachedIDs(x *trial) {
	if !x.fate.detached {
		return
	}
	c := x.client()
	const many = 8
	ids := make(chan string, many)
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			p := x.lab(c, "recv")
			p.Detached = true
			i, err := c.Launch(x.soon(), p)
			if err != nil {
				x.Error(err)
				return
			}
			ids <- i.ID()
		})
	}
	all.Wait()
	close(ids)
	seen := map[string]bool{}
	for id := range ids {
		if seen[id] || !x.runs(c, id) {
			x.Errorf("%s: given before %v, runs %v", id, seen[id], x.runs(c, id))
		}
		seen[id] = true
		x.end(c, id)
	}
}

// end terminates what nobody is attached to.
func (x *trial) end(c *pie.Client, id string) {
	x.Helper()
	if _, err := c.Terminate(x.soon(), id); err != nil {
		x.Error(err)
	}
	x.gone(c, id)
}

func detachedOutlives(x *trial) {
	c := x.client()
	i := x.detached(c, "recv", "ret:done")
	if i == nil {
		return
	}
	_ = c.Close(context.Background())
	other := x.client()
	if !x.runs(other, i.ID()) {
		x.Fatal("it ended with its client")
	}
	a, err := other.Attach(x.soon(), i.ID())
	if err != nil {
		x.Fatal(err)
	}
	x.send(a, "go")
	x.equal("result", text(x.ends(a, pie.Completed), pie.Completed), "done")
}

// left detaches from an instance, or sees that refused.
func (x *trial) left(i *pie.Instance) bool {
	x.Helper()
	err := i.Detach(x.soon())
	if !x.fate.detach {
		x.refused("detach", err, pie.ErrUnsupported)
		return false
	}
	if err != nil {
		x.Fatal(err)
	}
	x.equal("status", i.Status(), pie.StatusDetached)
	x.refused("send", i.Send("hello?"), pie.ErrRefused)
	return true
}

func detachAttach(x *trial) {
	c := x.client()
	i := x.launch(c, "msg:ready", "recv", "out:late", "ret:done")
	x.next(i, pie.Message)
	if !x.left(i) {
		return
	}
	_ = c.Close(context.Background())
	other := x.client()
	if !x.runs(other, i.ID()) {
		x.Fatal("it did not go on")
	}
	a, err := other.Attach(x.soon(), i.ID())
	if !x.fate.comesBack {
		x.refused("attach", err, pie.ErrRefused)
		if !strings.Contains(err.Error(), "once had a connection") {
			x.Errorf("it does not say why: %v", err)
		}
		x.end(other, i.ID())
		return
	}
	if err != nil {
		x.Fatal(err)
	}
	x.send(a, "go")
	events := x.ends(a, pie.Completed)
	x.equal("stdout", text(events, pie.Stdout), "late\n")
	x.equal("result", text(events, pie.Completed), "done")
}

func detachSame(x *trial) {
	c := x.client()
	i := x.launch(c, "msg:ready", "recv", "out:late", "ret:done")
	x.next(i, pie.Message)
	if !x.left(i) {
		return
	}
	a, err := c.Attach(x.soon(), i.ID())
	if err != nil {
		x.Fatal(err)
	}
	x.send(a, "go")
	events := x.ends(a, pie.Completed)
	x.equal("stdout", text(events, pie.Stdout), "late\n")
}
