package engine_test

import (
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

func TestEveryNthLaunchIsRefused(t *testing.T) {
	c := connect(t, start(t, engine.Config{Faults: &engine.Faults{RefuseEvery: 3}}))
	for i := 1; i <= 6; i++ {
		if ev := c.ask(c.launching("noop", "")); ev.OK != (i%3 != 0) {
			t.Errorf("launch %d: %v %q", i, ev.OK, ev.text)
		}
	}
}

func TestEveryNthProcessFails(t *testing.T) {
	c := connect(t, start(t, engine.Config{Faults: &engine.Faults{FailEvery: 2}}))
	for i := 1; i <= 4; i++ {
		events := c.rest(c.launch("noop", ""))
		if failed := events[0].Kind == wire.Exception; failed != (i%2 == 0) {
			t.Errorf("process %d: %v", i, events[0].Kind)
		}
	}
}

func TestStarvedProcesses(t *testing.T) {
	for generation, want := range map[string]wire.EventKind{"instance-0.2": wire.OutOfResources, "worker-0.5": wire.Exception} {
		e := start(t, engine.Config{Dialect: dialect(t, generation), Faults: &engine.Faults{StarveEvery: 1}})
		c := connect(t, e).login("a")
		if end := c.rest(c.launch("noop", ""))[0]; end.Kind != want || end.text != "Terminated by OOM killer for an older instance" {
			t.Errorf("%s: %v %q", generation, end.Kind, end.text)
		}
	}
}

func TestLostEnds(t *testing.T) {
	e := start(t, engine.Config{Dialect: dialect(t, "instance-0.2"), Faults: &engine.Faults{LoseEndEvery: 1}})
	c := connect(t, e).login("a")
	id := c.launch("noop", "")
	waiting(t, "gone", func() bool { return len(e.Instances()) == 0 })
	if ev := c.ask(&wire.Command{Kind: wire.Attach, ID: id}); ev.OK || ev.text != "Instance not found" {
		t.Errorf("got %q", ev.text)
	}
	c.quiet()
}

func TestMutedCommandsAreNeitherRunNorAnswered(t *testing.T) {
	c := connect(t, start(t, engine.Config{Faults: &engine.Faults{Mute: []wire.CommandKind{wire.List}}}))
	c.send(&wire.Command{Kind: wire.List})
	c.quiet()
}

// TestLatencyDelaysAnswersOnTheEnginesClock sends all at once: what waits to be read does not hold time up.
func TestLatencyDelaysAnswersOnTheEnginesClock(t *testing.T) {
	clock := newVirtualClock(t)
	for _, where := range []string{"memory", "socket"} {
		e := start(t, engine.Config{Clock: clock, Faults: &engine.Faults{Latency: time.Hour}})
		dial := e.DialContext
		if where == "socket" {
			dial = socket(t, e)
		}
		c := connectBy(t, e.Dialect(), dial)
		begun, last := clock.Now(), uint32(0)
		for range 3 {
			last = c.send(&wire.Command{Kind: wire.Ping})
		}
		passed := make(chan time.Duration, 1)
		go func() {
			c.answer(last)
			passed <- clock.Now().Sub(begun)
			_ = c.ws.Close() // until then the answer is on its way, and time stands still
		}()
		got := time.Duration(0)
		for got == 0 {
			select {
			case got = <-passed:
			default:
				clock.advance(time.Minute)
			}
		}
		if got < 3*time.Hour || where == "memory" && got != 3*time.Hour {
			t.Errorf("%s: %v passed", where, got)
		}
	}
}

func TestAConnectionIsCutAfterSoManyMessages(t *testing.T) {
	everyGeneration(t, func(t *testing.T, c *client, e *engine.Engine) {
		e.SetFaults(&engine.Faults{CutAfter: 3, CutTimes: 1})
		cut := connect(t, e)
		question := &wire.Command{Kind: wire.Query, Corr: 1, Subject: "model_status"}
		if c.d.Features.LoginCommand == wire.Identify {
			question = &wire.Command{Kind: wire.Identify, Corr: 1, User: "a"}
		}
		frame, _, _ := c.d.EncodeCommand(nil, question)
		for range 5 {
			_ = cut.ws.WriteMessage(websocket.BinaryMessage, frame) // the later ones fail when the cut was quick
		}
		got := 0
		for ; ; got++ {
			if _, err := cut.read(); err != nil {
				if websocket.IsCloseError(err, websocket.CloseNormalClosure) {
					t.Errorf("got a Close: %v", err)
				}
				break
			}
		}
		if got != 3 {
			t.Errorf("got %d messages", got)
		}
		if ev := connect(t, e).login("a").ask(&wire.Command{Kind: wire.Query, Subject: "model_status"}); !ev.OK {
			t.Error("the second connection was cut too")
		}
	})
}

func TestASilentCutLeavesTheConnectionHalfOpen(t *testing.T) {
	e := start(t, engine.Config{Faults: &engine.Faults{CutAfter: 1, CutSilently: true}})
	c := connect(t, e)
	c.ask(&wire.Command{Kind: wire.Ping})
	c.send(&wire.Command{Kind: wire.Ping})
	_ = c.ws.SetReadDeadline(time.Now().Add(30 * time.Millisecond))
	if _, _, err := c.ws.ReadMessage(); err == nil || websocket.IsCloseError(err, websocket.CloseAbnormalClosure) {
		t.Errorf("got %v, want no word", err)
	}
}

func TestCrashDropsEverythingButPrograms(t *testing.T) {
	e := start(t, engine.Config{})
	c := connect(t, e)
	c.launch("echo", "")
	e.Crash()
	if err := c.closed(); err == nil {
		t.Error("the connection lives")
	}
	waiting(t, "nothing runs", func() bool { return len(e.Instances()) == 0 })
	c = connect(t, e)
	if end := c.rest(c.launch("noop", ""))[0]; end.Kind != wire.Completed {
		t.Errorf("got %v", end.Kind)
	}
}

func TestAClosedEngineRefusesConnections(t *testing.T) {
	e := start(t, engine.Config{})
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if conn, err := e.DialContext(t.Context(), "memory", ""); err == nil {
		_ = conn.Close()
		t.Error("it took a connection")
	}
}
