package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pierun/pierun/pie"
)

// losses are about connections that end.
func losses() []scenario {
	return []scenario{
		{name: "close while instances run", play: closeRunning},
		{name: "the connection is cut in the middle of a stream", play: cutStream},
		{name: "the server cuts the connection", play: serverCuts, cannot: engineOnly},
		{name: "the server dies", play: serverDies, cannot: engineOnly},
		{name: "the connection is cut while a launch waits", play: cutLaunch},
		{name: "streams that the server aborts are attached again", play: abortedStreams, cannot: expendable},
		{name: "nobody waits for ever behind events of 8 MiB", play: severalLarge, cannot: expendable},
		{name: "later commands go over a new connection", play: reconnects},
		{name: "without reconnect later commands are lost", play: noReconnect},
	}
}

// closeRunning settles every waiter at once; what becomes of the instances is the generation's rule.
func closeRunning(x *trial) {
	c, other := x.client(), x.client()
	i := x.launch(c, "msg:ready", "recv")
	x.next(i, pie.Message)
	waiting := make(chan error, 1)
	go func() {
		_, err := i.Next(x.soon())
		waiting <- err
	}()
	_ = c.Close(context.Background())
	x.refused("the waiter", <-waiting, pie.ErrLost)
	_, err := c.Launch(x.soon(), x.lab(c, "recv"))
	x.refused("launch", err, pie.ErrLost)
	x.equal("status", i.Status(), pie.StatusLost)
	if x.fate.killed {
		x.gone(other, i.ID())
		return
	}
	if !x.runs(other, i.ID()) {
		x.Error("it ended, which it does not on this server")
	}
	x.end(other, i.ID())
}

// cutStream: what came before, in order, then lost with what is known.
func cutStream(x *trial) {
	c, w := x.wired()
	other := x.client()
	i := x.launch(c, "msgs:300", "recv", "ret:done")
	for range 100 {
		x.next(i, pie.Message)
	}
	w.cut()
	rest, err := x.all(i)
	for n, e := range rest {
		if e.Value != fmt.Sprint("msg ", 100+n) {
			x.Fatalf("message %d is %q", 100+n, e.Value)
		}
	}
	x.lost(i, err)
	x.afterCut(other, i)
}

// lost checks what the error of a lost instance says.
func (x *trial) lost(i *pie.Instance, err error) {
	x.Helper()
	var e *pie.Error
	if !errors.As(err, &e) || e.Kind != pie.KindLost {
		x.Fatalf("%v, want lost", err)
	}
	x.equal("instance", e.InstanceID, i.ID())
	x.equal("the server's words", e.Server, "")
	x.equal("running", e.Running, x.fate.running)
	x.equal("attachable", e.Attachable, x.fate.attachable)
	x.equal("status", i.Status(), pie.StatusLost)
	x.refused("send", i.Send("hello?"), pie.ErrLost)
}

// afterCut checks that what was said is what is so.
func (x *trial) afterCut(c *pie.Client, i *pie.Instance) {
	x.Helper()
	switch {
	case x.fate.killed:
		x.gone(c, i.ID())
	case x.fate.attachable:
		x.attachAgain(c, i)
	default:
		_, err := c.Attach(x.soon(), i.ID())
		x.refused("attach", err, pie.ErrRefused)
		x.end(c, i.ID())
	}
}

// attachAgain goes on where the connection was lost; the server may need a moment to notice the loss.
func (x *trial) attachAgain(c *pie.Client, i *pie.Instance) {
	x.Helper()
	var a *pie.Instance
	x.until("it can be attached to", func() bool {
		var err error
		a, err = c.Attach(x.soon(), i.ID())
		return err == nil
	})
	x.send(a, "go")
	x.equal("result", text(x.ends(a, pie.Completed), pie.Completed), "done")
}

func serverCuts(x *trial) {
	c := x.client()
	i := x.launch(c, "msg:ready", "recv", "ret:done")
	x.next(i, pie.Message)
	x.engine.CutConnections()
	_, err := x.all(i)
	x.lost(i, err)
	x.afterCut(x.client(), i)
}

func serverDies(x *trial) {
	c := x.client(func(cfg *pie.Config) { cfg.Reconnect = true })
	i := x.launch(c, "msg:ready", "recv", "ret:done")
	x.next(i, pie.Message)
	x.engine.Crash()
	_, err := x.all(i)
	x.refused("recv", err, pie.ErrLost, pie.ErrAborted)
	x.run(c, pie.Completed, "ret:fine")
}

func gatewayOnly(s *server) string {
	if !strings.HasPrefix(s.generation, "gateway") {
		return "streams end apart from their connection on gateways alone"
	}
	return ""
}

// expendable: an event of 8 MiB can leave a real server without a worker for good.
func expendable(s *server) string {
	if s.place == remote {
		return "it can break the server for good: TestRealServer plays it on one of its own"
	}
	return gatewayOnly(s)
}

// abortedStreams: a gateway that loses its worker for a moment drops every stream and no process.
func abortedStreams(x *trial) {
	again := make(chan struct{}, 1)
	c := x.client(func(cfg *pie.Config) { cfg.Warn = func(pie.Warning) { again <- struct{}{} } })
	i := x.launch(c, "msg:ready", "recv", "lines:100", "ret:done")
	x.next(i, pie.Message)
	x.engine.BreakLink()
	select { // what is sent before the client has heard of it is lost
	case <-again:
	case <-x.soon().Done():
		x.Fatal("the client was not told that its stream is gone")
	}
	x.send(i, "go")
	events := x.ends(i, pie.Completed)
	x.equal("stdout", text(events, pie.Stdout), lines(100))
	x.equal("result", text(events, pie.Completed), "done")
}

// severalLarge: a real server may lose what comes behind such events, ends included. Whoever waits is told, one way or
// the other. After several in a row a server may have no worker any more.
func severalLarge(x *trial) {
	c := x.client(func(cfg *pie.Config) { cfg.Silence = time.Second })
	beside := x.launch(c, "msg:ready", "recv", "ret:done")
	x.next(beside, pie.Message)
	for range 3 {
		i, err := c.Launch(x.soon(), x.lab(c, fmt.Sprint("bigret:", 8<<20+1000)))
		if err != nil {
			x.Logf("no more launches: %v", err)
			break
		}
		x.settled(i)
		x.Logf("%s: %v", i.Status(), i.Failure())
	}
	if err := beside.Send("go"); err != nil {
		x.refused("send", err, pie.ErrLost)
	}
	x.settled(beside)
	x.Logf("beside them: %s: %v", beside.Status(), beside.Failure())
}

// cutLaunch: a launch that may have happened is never repeated, and the error says so.
func cutLaunch(x *trial) {
	c, w := x.wired()
	w.stall()
	failed := make(chan error, 1)
	go func() {
		_, err := c.Launch(x.soon(), x.lab(c, "recv"))
		failed <- err
	}()
	x.until("the launch is on its way", func() bool { return w.swallowed() > 0 })
	w.cut()
	err := <-failed
	x.refused("launch", err, pie.ErrLost)
	if err != nil && !strings.Contains(err.Error(), "may have happened") && !c.Features().HashNames {
		x.Errorf("it does not say that the launch may have happened: %v", err)
	}
}

func reconnects(x *trial) {
	c, w := x.wired(func(cfg *pie.Config) { cfg.Reconnect = true })
	i := x.launch(c, "msg:ready", "recv")
	x.next(i, pie.Message)
	w.cut()
	_, err := x.all(i)
	x.refused("recv", err, pie.ErrLost)
	x.run(c, pie.Completed, "ret:fine")
	x.equal("reconnects", c.Info().Reconnects, 1)
	x.equal("status", i.Status(), pie.StatusLost)
	if !x.fate.killed {
		x.end(c, i.ID())
	}
}

func noReconnect(x *trial) {
	c, w := x.wired()
	w.cut()
	x.waits("the client notices", c.Done())
	_, err := c.Ping(x.soon())
	x.refused("ping", err, pie.ErrLost)
	_, err = c.Launch(x.soon(), x.lab(c, "recv"))
	x.refused("launch", err, pie.ErrLost)
	x.refused("err", c.Err(), pie.ErrLost)
}
