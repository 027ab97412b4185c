package pie_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// say sends a frame of these bytes.
func (c *fakeConn) say(frame []byte) { _ = c.ws.WriteMessage(websocket.BinaryMessage, frame) }

// misspoken are events of known types in which something is missing, by generation.
func misspoken(id string) map[string][][]byte {
	process := [][]byte{
		packed("type", "process_event", "process_id", id, "event", "stdout", "value", nil),
		packed("type", "process_event", "process_id", id, "event", "stdout"),
		packed("type", "process_event", "process_id", id, "event", "return", "value", nil),
		packed("value", "x", "event", nil, "process_id", id, "type", "process_event"),
		packed("type", "file", "process_id", id, "file_hash", "aa", "chunk_index", 0, "total_chunks", nil, "chunk_data", []byte("x")),
	}
	return map[string][][]byte{
		"process-0.4": process, "worker-0.5": process,
		"instance-0.2": {
			packed("type", "streaming_output", "instance_id", id, "output", nil),
			packed("type", "instance_event", "instance_id", id, "event", 1, "message", nil),
		},
	}
}

// TestAnEventThatMissesSomething costs its instance, behind what that said before, and no other one.
func TestAnEventThatMissesSomething(t *testing.T) {
	for generation, list := range misspoken(idA) {
		for _, frame := range list {
			for _, early := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) { testMisspoken(t, generation, frame, early) })
			}
		}
	}
}

func testMisspoken(t *testing.T, generation string, frame []byte, early bool) {
	t.Helper()
	ended := make(chan string, 1)
	f := newFake(t, generation, func(c *fakeConn) {
		a := c.want(wire.Launch)
		if !early {
			c.yes(&a, idA)
		}
		c.out(idA, "one")
		c.say(frame)
		c.out(idA, "three")
		if early {
			c.yes(&a, idA)
		}
		c.serveAnother(ended)
	})
	c := f.dial(nil)
	events, err := collect(t, launch(t, c, pie.Launch{}))
	if len(events) != 1 || text(events, pie.Stdout) != "one" || !errors.Is(err, pie.ErrProtocol) {
		t.Errorf("%s, early %v, %q: %v, %v", generation, early, frame, events, err)
	}
	if id := <-ended; id != idA {
		t.Errorf("%s: %s was terminated", generation, id)
	}
	if events, err := collect(t, launch(t, c, pie.Launch{})); err != nil || text(events, pie.Stdout) != "fine" {
		t.Errorf("%s: the other one: %v, %v", generation, events, err)
	}
	c.Close(t.Context())
	f.stop()
}

// serveAnother runs one more instance to its end, and tells who was terminated.
func (c *fakeConn) serveAnother(ended chan<- string) {
	for cmd := range c.commands() {
		switch cmd.Kind {
		case wire.Launch:
			c.yes(cmd, idB)
			c.out(idB, "fine")
			c.done(idB, "")
		case wire.Terminate:
			c.yes(cmd, "")
			ended <- cmd.ID
		default:
			c.yes(cmd, "")
		}
	}
}

// TestAMessageOfANewType is skipped: a newer server may have more to say.
func TestAMessageOfANewType(t *testing.T) {
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		c.say(packed("type", "weather", "process_id", idA, "value", nil))
		c.done(idA, "ok")
		c.idle()
	})
	if events, err := collect(t, launch(t, f.dial(nil), pie.Launch{})); len(events) != 1 || err != nil {
		t.Errorf("%v, %v", events, err)
	}
}

// TestAnAnswerThatMissesSomething fails its request at once, and one for nobody that can be told ends the connection.
func TestAnAnswerThatMissesSomething(t *testing.T) {
	for name, answer := range map[string]func(corr uint32) []byte{
		"result nil": func(corr uint32) []byte {
			return packed("type", "response", "corr_id", corr, "ok", true, "result", nil)
		},
		"no ok":          func(corr uint32) []byte { return packed("type", "response", "corr_id", corr, "result", idA) },
		"ok nil":         func(corr uint32) []byte { return packed("type", "response", "ok", nil, "corr_id", corr, "result", idA) },
		"for nobody":     func(uint32) []byte { return packed("type", "response", "ok", true, "result", idA) },
		"for corr nil":   func(uint32) []byte { return packed("type", "response", "corr_id", nil, "ok", true, "result", idA) },
		"event, no whom": func(uint32) []byte { return packed("type", "process_event", "event", "stdout", "value", "x") },
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t, "process-0.4", func(c *fakeConn) {
				cmd := c.want(wire.Launch)
				c.say(answer(cmd.Corr))
				c.idle()
			})
			c := f.dial(nil)
			_, err := c.Launch(soon(t), pie.Launch{Program: "p@1.0.0"})
			if !errors.Is(err, pie.ErrProtocol) {
				t.Errorf("%s: %v", name, err)
			}
			c.Close(t.Context())
			f.stop()
		})
	}
}

// TestAListThatMissesSomething: one without an id is no list.
func TestAListThatMissesSomething(t *testing.T) {
	f := newFake(t, "instance-0.2", func(c *fakeConn) {
		cmd := c.want(wire.List)
		entry := map[string]any{"arguments": []any{}, "status": "Attached"}
		c.say(packed("type", "live_instances", "corr_id", cmd.Corr, "instances", []any{entry}))
		c.idle()
	})
	if _, err := f.dial(nil).List(soon(t)); !errors.Is(err, pie.ErrProtocol) || !strings.Contains(err.Error(), `"id"`) {
		t.Errorf("%v", err)
	}
}

// TestAToolRequestThatMissesSomething is answered all the same: the program waits for it without a limit.
func TestAToolRequestThatMissesSomething(t *testing.T) {
	answers := make(chan wire.Command, 1)
	f := newFake(t, "process-0.4", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		c.say(packed("type", "mcp_request", "corr_id", 3, "process_id", idA, "server_name", "x", "method", "tools/list", "params", nil))
		answers <- c.want(wire.MCPAnswer)
		c.done(idA, "ok")
		c.idle()
	})
	i := launch(t, f.dial(nil), pie.Launch{})
	if a := <-answers; a.Corr != 3 || a.OK || !strings.Contains(a.Text, `"params"`) && !strings.Contains(a.Text, `\"params\"`) {
		t.Errorf("%+v", a)
	}
	if _, err := collect(t, i); err != nil {
		t.Error(err)
	}
}

// TestTwoLaunchesUnderOneID: the second is none, and the first goes on.
func TestTwoLaunchesUnderOneID(t *testing.T) {
	synctest.Test(t, testTwoLaunchesUnderOneID)
}

func testTwoLaunchesUnderOneID(t *testing.T) {
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		for range 2 {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, idA)
		}
		c.done(idA, "ok")
		c.idle()
	})
	c := f.dial(nil)
	i := launch(t, c, pie.Launch{})
	if _, err := c.Launch(soon(t), pie.Launch{Program: "p@1.0.0"}); !errors.Is(err, pie.ErrProtocol) {
		t.Errorf("the second: %v", err)
	}
	if events, err := collect(t, i); len(events) != 1 || err != nil {
		t.Errorf("the first: %v, %v", events, err)
	}
	c.Close(t.Context())
	f.stop()
}
