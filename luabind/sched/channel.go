package sched

import (
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// Channel carries values between tasks. A value goes to the task that has waited longest; what a task was given and
// could not take, because it was cancelled, goes to the next.
type Channel struct {
	s         *Scheduler
	capacity  int
	buffer    []lua.LValue
	senders   waitQueue
	receivers waitQueue
	watchers  []*Task // told of every change; see Subscribe
	closed    bool
}

// NewChannel makes a channel that holds capacity values; with 0 a send waits for its receiver.
func NewChannel(s *Scheduler, capacity int) *Channel {
	return &Channel{s: s, capacity: max(capacity, 0)}
}

// Send sends v, and waits while the channel is full. It raises usage for nil and on a closed channel, and timeout.
func (c *Channel) Send(L *lua.LState, v lua.LValue, timeout time.Duration) {
	t := mustFrom(L).cur
	t.Check(L)
	if c.offer(L, v) {
		return
	}
	w := &waiter{t: t, value: v}
	c.senders.push(w)
	c.tell()
	defer w.remove()
	if !t.WaitFor(L, timeout, func() bool { return w.claimed }) {
		raiseTimeout(L, "sending to a full channel", timeout)
	}
	if w.closed {
		raiseClosed(L)
	}
}

// offer sends v if that needs no wait.
func (c *Channel) offer(L *lua.LState, v lua.LValue) bool {
	switch {
	case v == lua.LNil || v == nil:
		luavalue.Raise(L, luavalue.Errorf(luavalue.KindUsage, "nil cannot be sent").WithOp("channel:send").
			WithHint("nil from recv means that the channel is closed; send false or json.null"))
	case c.closed:
		raiseClosed(L)
	}
	if w := c.receivers.claim(); w != nil {
		w.value = v
		return true
	}
	if len(c.buffer) < c.capacity {
		c.buffer = append(c.buffer, v)
		c.tell()
		return true
	}
	return false
}

func raiseClosed(L *lua.LState) {
	luavalue.Raise(L, luavalue.Errorf(luavalue.KindUsage, "the channel is closed").WithOp("channel:send"))
}

// Take receives a value, and waits while there is none; false when the channel is closed and empty. It raises timeout.
func (c *Channel) Take(L *lua.LState, timeout time.Duration) (v lua.LValue, ok bool) {
	t := mustFrom(L).cur
	t.Check(L)
	if v, ok, done := c.poll(); done {
		return v, ok
	}
	w := &waiter{t: t}
	c.receivers.push(w)
	taken := false
	defer func() { c.leave(w, taken) }()
	if !t.WaitFor(L, timeout, func() bool { return w.claimed }) {
		raiseTimeout(L, "receiving from a channel", timeout)
	}
	taken = true
	return w.value, !w.closed
}

// poll receives a value if that needs no wait; done tells whether it did, or found the channel closed and empty.
func (c *Channel) poll() (v lua.LValue, ok, done bool) {
	if len(c.buffer) > 0 {
		v = c.buffer[0]
		c.buffer[0] = nil
		c.buffer = c.buffer[1:]
		if w := c.senders.claim(); w != nil {
			c.buffer = append(c.buffer, w.value)
		}
		return v, true, true
	}
	if w := c.senders.claim(); w != nil {
		return w.value, true, true
	}
	return lua.LNil, false, c.closed
}

// leave ends the wait of a receiver; what it was given and did not take goes to the next.
func (c *Channel) leave(w *waiter, taken bool) {
	w.remove()
	if taken || !w.claimed || w.closed {
		return
	}
	if next := c.receivers.claim(); next != nil {
		next.value = w.value
		return
	}
	c.buffer = append([]lua.LValue{w.value}, c.buffer...)
	c.tell()
}

// Close ends the channel: what it holds can still be received, then receivers get nothing, and senders raise usage.
// Twice is harmless.
func (c *Channel) Close() {
	c.closed = true
	for w := c.receivers.claim(); w != nil; w = c.receivers.claim() {
		w.value, w.closed = lua.LNil, true
	}
	for w := c.senders.claim(); w != nil; w = c.senders.claim() {
		w.closed = true
	}
	c.tell()
}

// Closed tells whether Close was called.
func (c *Channel) Closed() bool { return c.closed }

// Len is how many values the channel holds.
func (c *Channel) Len() int { return len(c.buffer) }

// Capacity is how many it can hold.
func (c *Channel) Capacity() int { return c.capacity }

// Ready tells whether Recv would not wait.
func (c *Channel) Ready() bool { return len(c.buffer) > 0 || c.senders.ready() != nil || c.closed }

// canSend tells whether Send would not wait.
func (c *Channel) canSend() bool {
	return c.closed || len(c.buffer) < c.capacity || c.receivers.ready() != nil
}

// Subscribe has t woken when there may be something to receive.
func (c *Channel) Subscribe(t *Task) { c.watchers = append(c.watchers, t) }

// Unsubscribe takes one subscription of t back.
func (c *Channel) Unsubscribe(t *Task) { c.watchers = without(c.watchers, t) }

// Recv receives a value and pushes it, nil for a closed and empty channel.
func (c *Channel) Recv(L *lua.LState) int {
	v, _ := c.Take(L, -1)
	L.Push(v)
	return 1
}

func (c *Channel) tell() {
	for _, t := range c.watchers {
		t.Wake()
	}
}
