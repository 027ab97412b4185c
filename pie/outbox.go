package pie

import (
	"context"
	"sync"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/wire"
)

// outbox is what waits to be written to one connection. put encodes straight into it and never waits for the
// network; the writer goroutine takes everything at once.
type outbox struct {
	mu     sync.Mutex
	arena  []byte // the frames, one behind the other
	frames []outFrame
	cmd    wire.Command // the one being encoded: codecs would take it to the heap, and here it is there already
	limit  int
	shut   bool
	held   bool          // the writer is not woken: let will see to it
	slow   bool          // among the frames is one that only the writer may send
	wake   chan struct{} // one token: there is something to write
	space  chan struct{} // closed when the box was drained; made by those who wait for it
}

// outFrame is one message in the arena.
type outFrame struct {
	end  int      // where it ends in the arena
	kind int      // the WebSocket message type
	req  *request // marked as written when the writer takes it; nil for what nobody waits for
}

func newOutbox(limit int64) *outbox {
	return &outbox{limit: int(limit), wake: make(chan struct{}, 1)}
}

// put adds the frame of cmd. It fails when the generation has no such command, when the frame is larger than the
// server takes, and, for bulk frames only, with errFull at the bound: an empty box takes any one frame.
func (o *outbox) put(d *wire.Dialect, cmd *wire.Command, req *request, bounded bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.shut {
		return errShut
	}
	start := len(o.arena)
	if bounded && start > 0 && start+roughSize(cmd) > o.limit {
		return errFull
	}
	o.cmd = *cmd
	arena, text, err := d.EncodeCommand(o.arena, &o.cmd)
	o.cmd = wire.Command{}
	if err != nil {
		return encodeError(d, err)
	}
	if n := len(arena) - start; d.Features.MaxCommand > 0 && n > d.Features.MaxCommand {
		return tooLarge(d, n)
	}
	kind := websocket.BinaryMessage
	if text {
		kind = websocket.TextMessage
	}
	o.add(arena, outFrame{len(arena), kind, req})
	return nil
}

// raw adds a frame that is encoded already.
func (o *outbox) raw(frame []byte, req *request) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.shut {
		return errShut
	}
	arena := append(o.arena, frame...)
	o.add(arena, outFrame{len(arena), websocket.BinaryMessage, req})
	return nil
}

// control adds a ping, a pong or a close frame. No pong is added beyond the bound: who pings and does not read has none to
// expect.
func (o *outbox) control(kind int, payload []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.shut && (kind != websocket.PongMessage || len(o.arena)+frameCost*len(o.frames) <= o.limit) {
		arena := append(o.arena, payload...)
		o.add(arena, outFrame{len(arena), kind, nil})
	}
}

// frameCost is about what a frame takes beside its bytes.
const frameCost = 32

func (o *outbox) add(arena []byte, f outFrame) {
	o.arena = arena
	o.frames = append(o.frames, f)
	o.slow = o.slow || f.kind > websocket.BinaryMessage || f.req != nil && f.req.launches()
	if !o.held {
		o.signal()
	}
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// hold keeps what is added from the writer, until let or letMe.
func (o *outbox) hold() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held = true
}

// let ends hold.
func (o *outbox) let() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held = false
	if len(o.frames) > 0 {
		o.signal()
	}
}

// light says that what waits is little, and may be sent by anybody.
func (o *outbox) light() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.frames) > 0 && !o.slow && len(o.arena) <= flushAt
}

// take swaps the box's content with the writer's used-up buffers and marks the requests in it as written: from here
// on they may have reached the server. launches tells that there are launches among them.
func (o *outbox) take(arena []byte, frames []outFrame) (_ []byte, _ []outFrame, launches bool) {
	if cap(arena) > 4*flushAt && cap(arena) > 4*len(arena) { // kept while an upload fills it
		arena = nil
	}
	clear(frames)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.arena, arena = arena[:0], o.arena
	o.frames, frames = frames[:0], o.frames
	for _, f := range frames {
		if f.req != nil {
			f.req.written.Store(true)
			launches = launches || f.req.launches()
		}
	}
	o.slow = false
	if o.space != nil {
		close(o.space)
		o.space = nil
	}
	return arena, frames, launches
}

// room waits until the box has been drained below its bound, or until stop or ctx ends.
func (o *outbox) room(ctx context.Context, n int, stop <-chan struct{}) error {
	for {
		o.mu.Lock()
		if o.shut {
			o.mu.Unlock()
			return errShut
		}
		if len(o.arena) == 0 || len(o.arena)+n <= min(o.limit, bulkAhead) {
			o.mu.Unlock()
			return nil
		}
		if o.space == nil {
			o.space = make(chan struct{})
		}
		space := o.space
		o.mu.Unlock()
		select {
		case <-space:
		case <-stop:
			return errShut
		case <-ctx.Done():
			return contextError(ctx, "")
		}
	}
}

// bulkAhead is how far chunks may run ahead of the network, so that commands do not wait behind a whole upload.
const bulkAhead = 1 << 20

// close refuses everything from now on. What was never taken was never written.
func (o *outbox) close() {
	o.mu.Lock()
	o.shut = true
	o.arena, o.frames = nil, nil
	o.mu.Unlock()
}

// roughSize is about what the frame of a bulk command will take, without encoding it.
func roughSize(c *wire.Command) int { return len(c.Text) + len(c.Chunk.Data) + len(c.ID) + 64 }
