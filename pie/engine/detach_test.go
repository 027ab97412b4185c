package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// waiting is until a condition that other goroutines bring about holds.
func waiting(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for giveUp := time.Now().Add(patience); !ok(); {
		if time.Now().After(giveUp) {
			t.Fatal("never: " + what)
		}
	}
}

func (c *client) leave() {
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(patience))
	_ = c.ws.Close()
}

// TestWhatTheEndOfAConnectionMeans is the table of disconnects: what becomes of an attached process when its
// connection is closed, and when it breaks.
func TestWhatTheEndOfAConnectionMeans(t *testing.T) {
	const killed, bound, detached = "", "attached", "detached"
	for _, c := range []struct{ generation, closed, broken string }{
		{"instance-0.1", killed, killed},
		{"instance-hash", detached, detached},
		{"instance-0.2", detached, detached},
		{"process-0.3", bound, bound},
		{"process-0.4", bound, bound},
		{"worker-0.5", detached, bound},
		{"gateway-0.5", killed, killed},
		{"gateway-0.6", killed, killed},
	} {
		for how, want := range map[string]string{"closed": c.closed, "broken": c.broken} {
			t.Run(c.generation+"/"+how, func(t *testing.T) {
				e := start(t, engine.Config{Dialect: dialect(t, c.generation)})
				endOfConnection(t, e, how == "broken", want)
			})
		}
	}
}

func endOfConnection(t *testing.T, e *engine.Engine, broken bool, want string) {
	t.Helper()
	cl := connect(t, e).login("alice")
	id := cl.launch("echo", "")
	if broken {
		e.CutConnections()
	} else {
		cl.leave()
	}
	if want == "attached" { // nothing changes that could be waited for but the end of the session
		waiting(t, "the connection is gone", func() bool { return e.Connections() == 0 })
	}
	waiting(t, "state "+want, func() bool { return state(e, id) == want })
	if !e.Dialect().Features.AttachInstance || want == "" {
		return
	}
	ev := connect(t, e).login("alice").ask(&wire.Command{Kind: wire.Attach, ID: id})
	if ev.OK != (want == "detached") {
		t.Errorf("attach: %v %q", ev.OK, ev.text)
	}
}

// state is how the engine lists a process; "" when it does not.
func state(e *engine.Engine, id string) string {
	for _, info := range e.Instances() {
		if info.ID == id {
			return info.State
		}
	}
	return ""
}

func TestKeptResultsSurviveEveryEndOfAConnection(t *testing.T) {
	for _, broken := range []bool{false, true} {
		e := start(t, engine.Config{})
		c := connect(t, e)
		id := c.launch("source", `{"n":3}`)
		c.rest(id)
		id = c.launch("chat", "{}")
		if broken {
			e.CutConnections()
		} else {
			c.leave()
		}
		waiting(t, "detached", func() bool { return state(e, id) == "detached" })
		c = connect(t, e)
		if ev := c.ask(&wire.Command{Kind: wire.Attach, ID: id}); !ev.OK {
			t.Fatal(ev.text)
		}
		c.send(&wire.Command{Kind: wire.Signal, ID: id, Text: "bye"})
		if ev := c.next(id); ev.Kind != wire.Completed {
			t.Errorf("got %v %q", ev.Kind, ev.text)
		}
	}
}

// TestADetachedResultWaitsForItsAttach is launch detached, end, attach: the output in order, then the result.
func TestADetachedResultWaitsForItsAttach(t *testing.T) {
	for _, generation := range []string{"instance-hash", "instance-0.2", "embedded"} {
		t.Run(generation, func(t *testing.T) {
			config := engine.Config{}
			if generation != "embedded" {
				config.Dialect = dialect(t, generation)
			}
			e := start(t, config)
			c := connect(t, e).login("alice")
			launch := c.launching("source", `{"n":3}`)
			if c.d.Features.Arguments {
				launch.Args = []string{"--n", "3"}
			}
			launch.Capture = false
			c.ask(launch)
			waiting(t, "finished", func() bool { list := e.Instances(); return len(list) == 1 && list[0].State == "finished" })
			id := e.Instances()[0].ID
			attach := c.send(&wire.Command{Kind: wire.Attach, ID: id})
			if ev := c.answer(attach); !ev.OK {
				t.Fatal(ev.text)
			}
			said := ""
			for _, ev := range c.rest(id) {
				said += fmt.Sprintf("%v %q; ", ev.Kind, ev.text)
			}
			want := `Stdout "1\n"; Stdout "2\n"; Stdout "3\n"; Completed ""; `
			if c.d.Features.Arguments {
				want = `Stdout "1\n2\n3\n"; Completed ""; `
			}
			if said != want {
				t.Errorf("got %s", said)
			}
			if ev := c.ask(&wire.Command{Kind: wire.Attach, ID: id}); ev.OK {
				t.Error("attached twice")
			}
		})
	}
}

func TestAReleasedWorkerForgetsResults(t *testing.T) {
	e := start(t, engine.Config{Dialect: dialect(t, "worker-0.5")})
	c := connect(t, e)
	launch := c.launching("noop", "")
	launch.Capture = false
	if ev := c.ask(launch); ev.text != "" {
		t.Errorf("an uncaptured launch told the id %q", ev.text)
	}
	waiting(t, "forgotten", func() bool { return len(e.Instances()) == 0 })
}

func TestUnattachedOutputKeepsTheLast4096Events(t *testing.T) {
	e := start(t, engine.Config{})
	c := connect(t, e)
	launch := c.launching("source", `{"n":5000}`)
	launch.Capture = false
	c.ask(launch)
	waiting(t, "finished", func() bool { list := e.Instances(); return len(list) == 1 && list[0].State == "finished" })
	id := e.Instances()[0].ID
	c.ask(&wire.Command{Kind: wire.Attach, ID: id})
	events := c.rest(id)
	if len(events) != 4096 || events[0].text != "906\n" || events[4094].text != "5000\n" {
		t.Errorf("got %d events from %q to %q", len(events), events[0].text, events[len(events)-2].text)
	}
}

// TestALostLinkAbortsStreamsAndAttachGoesOn is the gateway's "stream aborted".
func TestALostLinkAbortsStreamsAndAttachGoesOn(t *testing.T) {
	e := start(t, engine.Config{Dialect: dialect(t, "gateway-0.5")})
	c := connect(t, e)
	id := c.launch("chat", "{}")
	e.BreakLink()
	c.until("stream aborted", func(ev *event) bool { return ev.Kind == wire.StreamAborted })
	if ev := c.ask(&wire.Command{Kind: wire.Attach, ID: id}); !ev.OK {
		t.Fatal(ev.text)
	}
	c.send(&wire.Command{Kind: wire.Signal, ID: id, Text: "bye"})
	if ev := c.next(id); ev.Kind != wire.Completed {
		t.Errorf("got %v %q", ev.Kind, ev.text)
	}
}

func TestAnEventOf8MiBBreaksTheGatewaysLink(t *testing.T) {
	e := start(t, engine.Config{Dialect: dialect(t, "gateway-0.5"), Programs: append(engine.Builtin(), script{"big", runBig})})
	bystander, c := connect(t, e), connect(t, e)
	id := bystander.launch("echo", "")
	c.ask(&wire.Command{Kind: wire.Launch, Program: "big", Capture: true, Input: "{}"})
	aborted := func(ev *event) bool { return ev.Kind == wire.StreamAborted }
	c.until("stream aborted", aborted)
	bystander.until("stream aborted", aborted)
	if ev := bystander.ask(&wire.Command{Kind: wire.Attach, ID: id}); !ev.OK {
		t.Error(ev.text)
	}
}
