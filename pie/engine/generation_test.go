package engine_test

import (
	"net"
	"testing"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// everyGeneration runs a test against an engine of each, in memory and on a socket.
func everyGeneration(t *testing.T, test func(t *testing.T, c *client, e *engine.Engine)) {
	for _, d := range wire.Generations() {
		t.Run(d.Generation+"/memory", func(t *testing.T) {
			e := start(t, engine.Config{Dialect: d})
			test(t, connect(t, e).login("alice"), e)
		})
		t.Run(d.Generation+"/socket", func(t *testing.T) {
			e := start(t, engine.Config{Dialect: d})
			test(t, connectBy(t, d, socket(t, e)).login("alice"), e)
		})
	}
}

func TestEveryGenerationLaunchesTalksAndTerminates(t *testing.T) {
	everyGeneration(t, func(t *testing.T, c *client, e *engine.Engine) {
		talks(t, c)
		terminates(t, c)
		fails(t, c)
		if left := e.Instances(); len(left) != 0 {
			t.Errorf("left over: %v", left)
		}
	})
}

func talks(t *testing.T, c *client) {
	t.Helper()
	id := c.launch("echo", "")
	c.send(&wire.Command{Kind: wire.Signal, ID: id, Text: "hello"})
	if ev := c.next(id); ev.Kind != wire.Message || ev.text != "hello" {
		t.Errorf("got %v %q", ev.Kind, ev.text)
	}
	c.send(&wire.Command{Kind: wire.Signal, ID: id, Text: "bye"})
	if ev := c.next(id); ev.Kind != wire.Completed {
		t.Errorf("got %v %q", ev.Kind, ev.text)
	}
}

func terminates(t *testing.T, c *client) {
	t.Helper()
	id := c.launch("echo", "")
	corr := c.send(&wire.Command{Kind: wire.Terminate, ID: id})
	if !c.d.Features.TerminateSilent {
		if ev := c.answer(corr); !ev.OK {
			t.Errorf("terminate: %s", ev.text)
		}
	}
	if ev := c.next(id); ev.Kind != wire.Aborted {
		t.Errorf("got %v %q", ev.Kind, ev.text)
	}
}

func fails(t *testing.T, c *client) {
	t.Helper()
	input := `{"message":"boom"}`
	if c.d.Features.Arguments {
		input = "--message boom"
	}
	want := "boom"
	if c.d.Features.Arguments {
		want = "Runtime error: boom"
	}
	events := c.rest(c.launch("fail", input))
	if end := events[len(events)-1]; end.Kind != wire.Exception || end.text != want {
		t.Errorf("got %v %q", end.Kind, end.text)
	}
}

func TestCompletionByGeneration(t *testing.T) {
	everyGeneration(t, func(t *testing.T, c *client, _ *engine.Engine) {
		input, printed := `{"prompt":"rain","max_tokens":8}`, 8
		if c.d.Features.Arguments {
			input, printed = "-p rain -n 8", 0
		}
		events := c.rest(c.launch("text-completion", input))
		end, said := events[len(events)-1], ""
		for _, ev := range events[:len(events)-1] {
			said += ev.text
		}
		switch {
		case !c.d.Features.Stdout:
			if len(events) != 2 || events[0].Kind != wire.Message || said == "" {
				t.Errorf("got %d events, %q", len(events), said)
			}
		case len(events) != printed+1 || end.text == "" || printed > 0 && said != end.text:
			t.Errorf("got %d events, %q, then %q", len(events), said, end.text)
		}
	})
}

// socket serves e on a loopback listener and gives a dialer for it.
func socket(t testing.TB, e *engine.Engine) dialFunc {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- e.Serve(l) }()
	t.Cleanup(func() {
		_ = e.Close()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return dialTo(l.Addr().String())
}
