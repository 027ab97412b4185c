package pie

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Instance is one running program on a server, with one queue of what it has told. Its methods may be called from any
// goroutine, except that only one at a time may take events (Take or Next).
type Instance struct {
	client  *Client
	link    atomic.Pointer[link] // the connection it is attached to
	id      string
	program string
	queue   queue

	began    time.Time    // the launch call
	launched atomic.Int64 // nanoseconds from began to the launch answer
	first    atomic.Int64 // … to the first output, 0 for none yet
	ended    atomic.Int64 // … to the end, 0 for not yet

	parked    atomic.Bool // detached: nobody reads it here
	confirmed atomic.Bool // it is certain that it runs no more
	saveDir   string
	filesMu   sync.Mutex
	files     map[string]*assembly // half received, by hash
	filesShut bool                 // it has ended
	gapped    bool                 // the reader's: its stream was lost for a moment, and files that were under way may be missing
	free      func()               // gives its place among MaxInstances back, once; nil without a bound

	fresh     []Event // the reader's: come since its last pause, not queued yet
	freshCost int64
	follower  atomic.Pointer[Instance] // the reader's: whose event came behind one of this
	routed    atomic.Bool              // it is in the routes of its link

	sight    sight // the roll call's
	posted   posted
	doubtful atomic.Int64 // messages that may not have arrived, not told of yet

	rest []Event // Next's: taken and not yet handed out
}

// ID is the server's name for the instance.
func (i *Instance) ID() string { return i.id }

// Program is what was launched: name@version where it is known, else the name or the hash.
func (i *Instance) Program() string { return i.program }

// Client is the client that launched it or attached to it.
func (i *Instance) Client() *Client { return i.client }

// Take moves all events that are queued to dst and never waits; it gives dst back unchanged when there are none.
// With an empty dst the two buffers are swapped, which copies nothing: hand back the last batch, cleared, as dst[:0].
// The terminal event is the last one ever; Settled and Failure tell about an end without one.
func (i *Instance) Take(dst []Event) []Event {
	out, cost := i.queue.take(dst)
	if cost != 0 {
		i.client.unread.Add(-cost)
	}
	return out
}

// Discard throws away what is queued and whatever may still come, up to the end. It is for an instance that nobody
// will read any more: its unread events would go on to count against Config.Buffer.
func (i *Instance) Discard() {
	i.queue.mu.Lock()
	i.queue.deaf = true
	i.queue.mu.Unlock()
	i.Take(nil)
}

// OnReady registers the one function that is called when there is something to take after there was nothing, and
// when the instance settles. It runs on the reader's goroutine and must not wait; a call when Take finds nothing is
// possible. If something is there already it is called before OnReady returns. nil removes it.
func (i *Instance) OnReady(f func()) { i.queue.setReady(f) }

// Next waits for the next event. After the terminal event it is an error of kind refused; where the instance ended
// without one, what was received first and then Failure's error. ctx ends the wait only.
func (i *Instance) Next(ctx context.Context) (Event, error) {
	for len(i.rest) == 0 {
		wake := i.queue.wakeChan()
		_, settled, _ := i.queue.state()
		if i.rest = i.Take(nil); len(i.rest) > 0 {
			break
		}
		if settled {
			return Event{}, i.behindEnd()
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return Event{}, with(contextError(ctx, "recv"), "recv", i.id)
		}
	}
	e := i.rest[0]
	i.rest = i.rest[1:]
	return e, nil
}

// behindEnd is the error of reading behind the end.
func (i *Instance) behindEnd() error {
	if err := i.Failure(); err != nil {
		return err
	}
	return &Error{Kind: KindRefused, Op: "recv", InstanceID: i.id, Message: "the instance has ended, and all it said was received"}
}

// Status tells where it stands.
func (i *Instance) Status() Status {
	s, _, _ := i.queue.state()
	return s
}

// Settled says that nothing more will be queued: the end came, or never will.
func (i *Instance) Settled() bool {
	_, settled, _ := i.queue.state()
	return settled
}

// Failure is the *Error, of kind lost, overflow or protocol, of an instance that settled without a terminal event or
// reached its bound; nil for any other. Deliver what is queued before it.
func (i *Instance) Failure() error {
	s, settled, failure := i.queue.state()
	if s == StatusOverflowed {
		return i.queue.overflowError(i.id)
	}
	if !settled || failure == nil {
		return nil
	}
	return failure
}

// Done is closed when the instance has settled.
func (i *Instance) Done() <-chan struct{} { return i.queue.doneChan() }

// SetBuffer changes how many unread bytes may be queued; n <= 0 means the client's setting.
func (i *Instance) SetBuffer(n int64) {
	if n <= 0 {
		n = i.client.cfg.InstanceBuffer
	}
	i.queue.mu.Lock()
	defer i.queue.mu.Unlock()
	if i.queue.status != StatusOverflowed { // its error tells the bound that was reached
		i.queue.limit = n
	}
}

// Missed is what was pushed out of the queue while the instance was detached here and nobody read it.
func (i *Instance) Missed() (events, bytes int64) {
	i.queue.mu.Lock()
	defer i.queue.mu.Unlock()
	return i.queue.dropped, i.queue.droppedBytes
}

// Received is how many events have come so far, taken or not: where it stands still, the program is silent.
func (i *Instance) Received() int64 {
	i.queue.mu.Lock()
	defer i.queue.mu.Unlock()
	return i.queue.received
}

// Timing tells the times since the launch call: until the launch answer, the first output (Message, Stdout, Stderr or
// Blob; 0 if there was none) and the end (0 if it has not come).
func (i *Instance) Timing() (launched, firstOutput, ended time.Duration) {
	return time.Duration(i.launched.Load()), time.Duration(i.first.Load()), time.Duration(i.ended.Load())
}

// since is the time since the launch call, at least 1 ns.
func (i *Instance) since() int64 { return max(1, int64(i.client.clock.Now().Sub(i.began))) }

// release gives the instance's place among MaxInstances back.
func (i *Instance) release() {
	if i.free != nil {
		i.free()
	}
}
