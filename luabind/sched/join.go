package sched

import (
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// Join waits until the task has ended and pushes its results; it returns their number. It raises the task's failure,
// kind cancelled if it was cancelled, or timeout. What the results own passes to the innermost scope of the caller.
func (t *Task) Join(L *lua.LState, timeout time.Duration) int {
	w := mustFrom(L).cur
	if w == t {
		luavalue.Raise(L, luavalue.Errorf(luavalue.KindUsage, "a task cannot join itself").WithOp("task:join"))
	}
	t.Subscribe(w)
	defer t.Unsubscribe(w)
	if !w.WaitFor(L, timeout, t.Ended) {
		raiseTimeout(L, "joining "+t.title(), timeout)
	}
	return t.Recv(L)
}

// Ready tells whether Recv would not raise usage: the task has ended. With Subscribe, Unsubscribe and Recv a task is a
// Source of Select.
func (t *Task) Ready() bool { return t.Ended() }

// Subscribe has w woken when the task ends.
func (t *Task) Subscribe(w *Task) {
	if !t.Ended() {
		t.watchers = append(t.watchers, w)
	}
}

// Unsubscribe takes one subscription of w back.
func (t *Task) Unsubscribe(w *Task) { t.watchers = without(t.watchers, w) }

func without(list []*Task, t *Task) []*Task {
	for i, w := range list {
		if w == t {
			last := len(list) - 1
			list[i], list[last] = list[last], nil
			return list[:last]
		}
	}
	return list
}

// Recv pushes the results of a task that has ended, as Join does.
func (t *Task) Recv(L *lua.LState) int {
	if t.failure != nil {
		t.raiseFailure(L)
	}
	for _, v := range t.results {
		t.receive(v)
		L.Push(v)
	}
	return len(t.results)
}

// First is the task's first result, nil in Lua for none, received as by Recv.
func (t *Task) First() lua.LValue {
	if len(t.results) == 0 {
		return lua.LNil
	}
	t.receive(t.results[0])
	return t.results[0]
}

// receive passes what a result owns to the running task's innermost scope.
func (t *Task) receive(v lua.LValue) {
	if t.s.cur != nil {
		t.s.move(v, t.body.parent, t.s.cur.Scope())
	}
}

// raiseFailure raises why the task failed, or that it was cancelled.
func (t *Task) raiseFailure(L *lua.LState) {
	if !t.failure.asked {
		t.failure.Raise(L)
	}
	luavalue.Raise(L, t.cancelledError())
}

// cancelledError is what those who join a cancelled task get.
func (t *Task) cancelledError() *luavalue.Error {
	e := luavalue.Errorf(luavalue.KindCancelled, "%s was cancelled", t.title())
	if why := t.failure.reason(); why != "" && why != "cancelled" {
		e.Message += ": " + why
	}
	return e
}
