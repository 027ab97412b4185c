package sched

import (
	"time"

	lua "github.com/yuin/gopher-lua"
)

// Source is something to wait for beside others: a channel, a task, an instance. All on the scheduler's goroutine.
type Source interface {
	Ready() bool            // Recv would not wait
	Subscribe(t *Task)      // have t woken when Ready may have changed
	Unsubscribe(t *Task)    // once for each Subscribe
	Recv(L *lua.LState) int // take what is there: pushes values and returns their number, or raises
}

// Case is one thing that Select waits for: a Source to receive from, or a channel to send to.
type Case struct {
	Source Source
	SendTo *Channel
	Value  lua.LValue // what to send
}

// Select waits until one of the cases can go on and carries it out: the first in the list that can. It returns its
// index and how many values it has pushed; -1 when the timeout has passed (negative: no limit, zero: only asks).
func Select(L *lua.LState, cases []Case, timeout time.Duration) (index, n int) {
	t := mustFrom(L).cur
	t.Check(L)
	if i := readyCase(cases); i >= 0 {
		return i, cases[i].perform(L)
	}
	if timeout == 0 {
		return -1, 0
	}
	w := newSelectWait(t, cases)
	defer w.leave()
	if !t.WaitFor(L, timeout, w.decided) {
		return -1, 0
	}
	return w.take(L)
}

func readyCase(cases []Case) int {
	for i := range cases {
		if cases[i].ready() {
			return i
		}
	}
	return -1
}

func (c *Case) ready() bool {
	if c.SendTo != nil {
		return c.SendTo.canSend()
	}
	return c.Source.Ready()
}

func (c *Case) perform(L *lua.LState) int {
	if c.SendTo != nil {
		c.SendTo.Send(L, c.Value, 0)
		return 0
	}
	return c.Source.Recv(L)
}

// selectWait is a Select that waits: in the queue of each channel, and subscribed to each other source.
type selectWait struct {
	t       *Task
	cases   []Case
	sel     selection
	waiters []*waiter
	taken   bool
}

func newSelectWait(t *Task, cases []Case) *selectWait {
	w := &selectWait{t: t, cases: cases}
	for i := range cases {
		w.enter(i)
	}
	return w
}

func (w *selectWait) enter(i int) {
	c := &w.cases[i]
	one := &waiter{t: w.t, sel: &w.sel, index: i, value: c.Value}
	ch, receives := c.Source.(*Channel)
	switch {
	case c.SendTo != nil:
		c.SendTo.senders.push(one)
		c.SendTo.tell()
	case receives:
		ch.receivers.push(one)
	default:
		c.Source.Subscribe(w.t)
		return
	}
	w.waiters = append(w.waiters, one)
}

// decided tells whether a channel has claimed the wait, or another source is ready.
func (w *selectWait) decided() bool {
	return w.sel.over || w.readySource() >= 0
}

func (w *selectWait) readySource() int {
	for i := range w.cases {
		if c := &w.cases[i]; c.SendTo == nil && !isChannel(c.Source) && c.Source.Ready() {
			return i
		}
	}
	return -1
}

func isChannel(s Source) bool {
	_, ok := s.(*Channel)
	return ok
}

// take finishes the case that has won.
func (w *selectWait) take(L *lua.LState) (index, n int) {
	if !w.sel.over {
		w.sel.over = true // no channel claims it any more
		i := w.readySource()
		return i, w.cases[i].Source.Recv(L)
	}
	won := w.sel.winner
	w.taken = true
	if w.cases[won.index].SendTo != nil {
		if won.closed {
			raiseClosed(L)
		}
		return won.index, 0
	}
	L.Push(won.value)
	return won.index, 1
}

// leave ends the wait; a value that was received and not taken goes back to its channel.
func (w *selectWait) leave() {
	for _, one := range w.waiters {
		one.remove()
	}
	for i := range w.cases {
		if c := &w.cases[i]; c.SendTo == nil && !isChannel(c.Source) {
			c.Source.Unsubscribe(w.t)
		}
	}
	if won := w.sel.winner; won != nil && !w.taken {
		if ch, ok := w.cases[won.index].Source.(*Channel); ok {
			ch.leave(won, false)
		}
	}
	w.sel.over = true
}
