package engine_test

import (
	"strings"
	"testing"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

func TestCompletionStreamsAndReturnsTheSameText(t *testing.T) {
	c := connect(t, start(t, engine.Config{}))
	id := c.launch("text-completion", `{"prompt":"Once upon a time"}`)
	events := c.rest(id)
	var streamed strings.Builder
	for _, ev := range events[:len(events)-1] {
		if ev.Kind != wire.Stdout {
			t.Errorf("got %v", ev.Kind)
		}
		streamed.WriteString(ev.text)
	}
	end := events[len(events)-1]
	if end.Kind != wire.Completed || end.text != streamed.String() || len(events) < 10 {
		t.Errorf("%d events, end %v %q, streamed %q", len(events), end.Kind, end.text, streamed.String())
	}
	if again := c.rest(c.launch("text-completion", `{"prompt":"Once upon a time"}`)); again[len(again)-1].text != end.text {
		t.Error("the same prompt gave another text")
	}
}

func TestEchoSendsBackUntilBye(t *testing.T) {
	c := connect(t, start(t, engine.Config{}))
	id := c.launch("echo", "")
	for _, text := range []string{"one", "", "три"} {
		c.send(&wire.Command{Kind: wire.Signal, ID: id, Text: text})
		if ev := c.next(id); ev.Kind != wire.Message || ev.text != text {
			t.Errorf("sent %q, got %v %q", text, ev.Kind, ev.text)
		}
	}
	c.send(&wire.Command{Kind: wire.Signal, ID: id, Text: "bye"})
	if ev := c.next(id); ev.Kind != wire.Completed || ev.text != "" {
		t.Errorf("got %v %q", ev.Kind, ev.text)
	}
}

func TestNoopEndsAtOnce(t *testing.T) {
	c := connect(t, start(t, engine.Config{}))
	if events := c.rest(c.launch("noop", "")); len(events) != 1 || events[0].Kind != wire.Completed {
		t.Errorf("got %d events, %v", len(events), events[0].Kind)
	}
}
