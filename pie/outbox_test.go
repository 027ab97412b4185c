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
