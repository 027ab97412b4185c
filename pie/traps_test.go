package pie_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// These are habits of released servers that clients fall for, one test each, where no other test has them by the way.

// TestTextFramesElsewhere: only gateways mean something by them.
func TestTextFramesElsewhere(t *testing.T) {
	for _, generation := range []string{"instance-0.1", "instance-0.2", "process-0.4", "worker-0.5"} {
		f := newFake(t, generation, func(c *fakeConn) {
			c.greet(wire.Launch, func(cmd *wire.Command) {
				c.yes(cmd, idA)
				for _, text := range []string{`{"type":"error","message":"stream aborted"}`, `{"type":"turn_done"}`, "cancel", "{", ""} {
					_ = c.ws.WriteMessage(websocket.TextMessage, []byte(text))
				}
				c.done(idA, "end")
			})
		})
		i := launch(t, f.dial(nil), anyProgram(f))
		events, err := collect(t, i)
		if want := pie.Completed; err != nil || len(events) != 1 || events[0].Kind != want {
			t.Errorf("%s: %v %v", generation, events, err)
		}
	}
}

// greet logs the client in, says that programs are there, and answers one kind of command; others are not answered.
func (c *fakeConn) greet(kind wire.CommandKind, answer func(*wire.Command)) {
	for cmd := range c.commands() {
		switch {
		case cmd.Kind == kind:
			answer(cmd)
		case cmd.Kind == wire.Identify, cmd.Kind == wire.Token:
			c.yes(cmd, "Authenticated (Engine disabled authentication)")
		case cmd.Kind == wire.HasProgram:
			c.yes(cmd, "true")
		}
	}
}

func anyProgram(f *fake) pie.Launch {
	if f.dialect.Features.HashNames {
		return pie.Launch{Hash: strings.Repeat("ab", 32)}
	}
	return pie.Launch{Program: "p@1.0.0"}
}

// TestAttachIsNeverAGuess: on 0.5 a refused attach ends somebody else's instance when the connection ends. What the list
// does not have is never attached to, and what is refused all the same is told with what follows from it.
func TestAttachIsNeverAGuess(t *testing.T) {
	var said []wire.CommandKind
	f := newFake(t, "gateway-0.5", func(c *fakeConn) {
		for cmd := range c.commands() {
			said = append(said, cmd.Kind)
			if cmd.Kind == wire.List {
				c.listed(cmd, idB)
			} else {
				c.no(cmd, "Cannot attach: already attached")
			}
		}
	})
	c := f.dial(nil)
	if _, err := c.Attach(soon(t), idA); !errors.Is(err, pie.ErrRefused) {
		t.Errorf("not listed: %v", err)
	}
	_, err := c.Attach(soon(t), idB)
	if !errors.Is(err, pie.ErrRefused) || !strings.Contains(err.Error(), "when this connection ends, the server will end that instance") {
		t.Errorf("taken: %v", err)
	}
	c.Close(context.Background())
	f.stop()
	if want := []wire.CommandKind{wire.List, wire.List, wire.Attach}; !slices.Equal(said, want) {
		t.Errorf("said %v", said)
	}
}

// TestUnknownHashIsNeverLaunched: 0.1 launches nothing for anybody after that.
func TestUnknownHashIsNeverLaunched(t *testing.T) {
	launched := false
	f := newFake(t, "instance-0.1", func(c *fakeConn) {
		for cmd := range c.commands() {
			switch {
			case cmd.Kind == wire.Token:
				c.yes(cmd, "Already authenticated")
			case cmd.Kind == wire.Launch:
				launched = true
			default:
				c.yes(cmd, "false")
			}
		}
	})
	c := f.dial(nil)
	if _, err := c.Launch(soon(t), anyProgram(f)); !errors.Is(err, pie.ErrProgram) {
		t.Errorf("%v", err)
	}
	c.Close(context.Background())
	f.stop()
	if launched {
		t.Error("it was launched all the same")
	}
}

// TestUnknownEventIsSkipped: a code, or a name, of a later server. People are told, once.
func TestUnknownEventIsSkipped(t *testing.T) {
	frames := map[string][]byte{
		"instance-0.2": append(append([]byte("\x84\xa4type\xaeinstance_event\xabinstance_id\xd9\x24"), idA...), "\xa5event\x63\xa7message\xa1x"...),
		"process-0.4":  append(append([]byte("\x84\xa4type\xadprocess_event\xaaprocess_id\xd9\x24"), idA...), "\xa5event\xa6future\xa5value\xa1x"...),
	}
	for generation, frame := range frames {
		f := newFake(t, generation, func(c *fakeConn) {
			c.greet(wire.Launch, func(cmd *wire.Command) {
				c.yes(cmd, idA)
				_ = c.ws.WriteMessage(websocket.BinaryMessage, frame)
				_ = c.ws.WriteMessage(websocket.BinaryMessage, frame)
				c.done(idA, "end")
			})
		})
		warned := make(chan pie.Warning, 2)
		c := f.dial(func(cfg *pie.Config) { cfg.Warn = func(w pie.Warning) { warned <- w } })
		if events, err := collect(t, launch(t, c, anyProgram(f))); err != nil || len(events) != 1 {
			t.Errorf("%s: %v %v", generation, events, err)
		}
		if w := <-warned; w.InstanceID != idA || !strings.Contains(w.Message, "does not know") || len(warned) > 0 {
			t.Errorf("%s: %+v and %d more", generation, w, len(warned))
		}
	}
}

// TestListOfOddInputs: the list is JSON, whatever the inputs look like.
func TestListOfOddInputs(t *testing.T) {
	inputs := []string{`{"a":1,"b":[2,3]}`, `,`, `"},{"id":"x`, "", `[{"id":"y"}]`}
	f := newFake(t, "process-0.4", func(c *fakeConn) {
		c.greet(wire.List, func(cmd *wire.Command) {
			list := infos(make([]string, len(inputs)))
			for n := range list {
				list[n].ID, list[n].Input = fmt.Sprintf("%08d-aaaa-4aaa-8aaa-aaaaaaaaaaaa", n), inputs[n]
			}
			c.tell(wire.Event{Kind: wire.Listing, For: wire.List, Corr: cmd.Corr, OK: true, Instances: list})
		})
	})
	list, err := f.dial(nil).List(soon(t))
	if err != nil || len(list) != len(inputs) {
		t.Fatalf("%v %v", list, err)
	}
	for n, in := range list {
		if in.Input != inputs[n] {
			t.Errorf("%q, want %q", in.Input, inputs[n])
		}
	}
}

// TestRefusedAdmissionAndThenARoom: the gateway ends the connection of a command that it has no room for; the next one
// connects again.
func TestRefusedAdmissionAndThenARoom(t *testing.T) {
	f := newFake(t, "gateway-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		if c.n == 1 {
			c.tell(wire.Event{Kind: wire.Refusal, Text: []byte("admission rejected: cluster saturated: no healthy worker has KV/seq headroom")})
			return
		}
		c.yes(&cmd, idA)
		c.done(idA, "")
		c.idle()
	})
	c := f.dial(func(cfg *pie.Config) { cfg.Reconnect = true })
	if _, err := c.Launch(soon(t), pie.Launch{Program: "p"}); !errors.Is(err, pie.ErrOutOfResources) {
		t.Errorf("%v", err)
	}
	i, err := c.Launch(soon(t), pie.Launch{Program: "p"})
	for errors.Is(err, pie.ErrOutOfResources) { // over the connection that is about to end
		i, err = c.Launch(soon(t), pie.Launch{Program: "p"})
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := collect(t, i); err != nil {
		t.Error(err)
	}
}

// TestIdenticalFilesOfTwoInstances: parts of the same bytes from two instances, in turns, are two files.
func TestIdenticalFilesOfTwoInstances(t *testing.T) {
	data := noise(2*wire.ChunkSize + 5)
	hash := program.Hash(data)
	f := newFake(t, "gateway-0.5", func(c *fakeConn) {
		for _, id := range []string{idA, idB} {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, id)
		}
		for n := range uint32(3) {
			part := data[n*wire.ChunkSize : min(len(data), int(n+1)*wire.ChunkSize)]
			for _, id := range []string{idA, idB} {
				c.tell(wire.Event{Kind: wire.File, ID: []byte(id), Hash: []byte(hash), Chunk: wire.Chunk{Index: n, Total: 3, Data: part}})
			}
		}
		c.done(idA, "")
		c.done(idB, "")
		c.idle()
	})
	c := f.dial(nil)
	a, b := launch(t, c, pie.Launch{}), launch(t, c, pie.Launch{})
	for _, i := range []*pie.Instance{a, b} {
		events, err := collect(t, i)
		if list := blobs(events); err != nil || len(list) != 1 || list[0].Hash != hash {
			t.Errorf("%v %v", events, err)
		}
	}
}

// TestEmptyTextsAreEvents: nothing said is something else than "" said.
func TestEmptyTextsAreEvents(t *testing.T) {
	f := newFake(t, "gateway-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		c.out(idA, "")
		c.tell(wire.Event{Kind: wire.Message, ID: []byte(idA)})
		c.done(idA, "")
		c.idle()
	})
	events, err := collect(t, launch(t, f.dial(nil), pie.Launch{}))
	if err != nil || len(events) != 3 || events[0].Kind != pie.Stdout || events[1].Kind != pie.Message || events[0].Value != "" {
		t.Errorf("%v %v", events, err)
	}
}

// TestNothingReturned: the first servers write it as "()", the later ones as nothing.
func TestNothingReturned(t *testing.T) {
	for generation, want := range map[string]string{"instance-hash": "", "instance-0.2": "", "process-0.4": "()", "gateway-0.5": "()"} {
		f := newFake(t, generation, func(c *fakeConn) {
			c.greet(wire.Launch, func(cmd *wire.Command) {
				c.yes(cmd, idA)
				c.out(idA, "()")
				c.done(idA, "()")
			})
		})
		events, err := collect(t, launch(t, f.dial(nil), anyProgram(f)))
		if err != nil || len(events) != 2 || events[0].Value != "()" || events[1].Value != want {
			t.Errorf("%s: %v %v", generation, events, err)
		}
	}
}

// TestBuildThatIsNotUsed: 0.3 goes on with what it has launched, whatever is uploaded under that name.
func TestBuildThatIsNotUsed(t *testing.T) {
	for generation, want := range map[string]int{"process-0.3": 1, "process-0.4": 0} {
		var told warnings
		c := dial(t, serve(t, generation), func(cfg *pie.Config) { cfg.Warn = told.add })
		for n := range 2 {
			up := pie.Upload{Bytes: []byte{0, 'a', 's', 'm', byte(n)}, Manifest: manifest, Force: true}
			if _, err := c.Install(soon(t), up); err != nil && want > 0 {
				t.Error(err)
			}
		}
		if list := told.all(); len(list) != want || want > 0 && !strings.Contains(list[0].Message, "version of its own") {
			t.Errorf("%s: %+v", generation, list)
		}
	}
}
