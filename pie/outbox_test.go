package pie

import (
	"errors"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/wire"
)

// TestOutboxBounds: messages are refused at the bound but for the first, pongs are left out, and what somebody waits for
// is always taken.
func TestOutboxBounds(t *testing.T) {
	const limit = 10_000
	d := known("worker-0.5")
	text := string(make([]byte, 2*limit))
	o := newOutbox(limit)
	if err := o.put(d, &wire.Command{Kind: wire.Signal, ID: "i", Text: text}, nil, true); err != nil {
		t.Errorf("into an empty one: %v", err)
	}
	if err := o.put(d, &wire.Command{Kind: wire.Signal, ID: "i", Text: "more"}, nil, true); !errors.Is(err, errFull) {
		t.Errorf("beyond the bound: %v", err)
	}
	if err := o.put(d, &wire.Command{Kind: wire.Ping}, &request{}, false); err != nil {
		t.Errorf("a question: %v", err)
	}
	o = newOutbox(limit)
	for range 1_000_000 {
		o.control(websocket.PongMessage, nil)
		o.control(websocket.PongMessage, make([]byte, 100))
	}
	if len(o.frames) > limit/frameCost || len(o.arena) > limit+100 {
		t.Errorf("%d pongs of %d bytes wait", len(o.frames), len(o.arena))
	}
	o.control(websocket.CloseMessage, nil)
	if last := o.frames[len(o.frames)-1]; last.kind != websocket.CloseMessage {
		t.Errorf("the last is of kind %d", last.kind)
	}
}

// TestHeldBackMessagesAreBounded while streams are made anew: beyond the bound they are refused, empty ones count.
func TestHeldBackMessagesAreBounded(t *testing.T) {
	for _, text := range []string{"", string(make([]byte, 1000))} {
		var h heldBack
		h.begin()
		kept := 0
		for range 1000 {
			switch is, err := h.keep(&wire.Command{Text: text}, 64_000); {
			case is:
				kept++
			case !errors.Is(err, errFull):
				t.Errorf("after %d of %d bytes: %v", kept, len(text), err)
			}
		}
		if want := 64_000 / (len(text) + eventOverhead); kept != want && kept != 1000 {
			t.Errorf("%d of %d bytes were kept, want %d", kept, len(text), want)
		}
		if list := h.end(); len(list) != kept {
			t.Errorf("%d came out of %d", len(list), kept)
		}
	}
}
