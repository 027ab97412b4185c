package luabind

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pierun/pierun/internal/screen"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// inst:wait([timeout | {timeout =, check =}]) waits for the end and gives the result. Nothing is read by it.
func instWait(L *lua.LState) int {
	const op = "instance:wait"
	i := self[*instance](L, op)
	if _, ok := L.Get(2).(*lua.LTable); ok {
		o := luavalue.Opts(L, 2, op, "timeout", "check")
		L.Push(i.await(L, op, o.Duration("timeout", -1), o.Bool("check", true)))
		return 1
	}
	L.Push(i.await(L, op, waitLimit(L, op), true))
	return 1
}

// await waits for the end and gives the result; with check a failed end raises. An instance that is lost or that its scope
// has ended raises either way: there is no end to tell.
func (i *instance) await(L *lua.LState, op string, limit time.Duration, check bool) *lua.LTable {
	if i.detached {
		raise(L, op, luavalue.KindUsage, "client:attach_instance(inst.instance_id) gives an instance that can be waited for",
			"%s: the instance is detached: nothing of it is received here", op)
	}
	i.waitForEnd(L, op, limit)
	bad := i.badEnd(op)
	if bad != nil && (check || !ends(bad)) {
		luavalue.Raise(L, i.withResult(L, op, bad))
	}
	result := i.result(L)
	if bad != nil {
		result.RawSetString("error", bad.Value(L))
	}
	return result
}

// badEnd is the error of an instance that did not end well: nil for one that did.
func (i *instance) badEnd(op string) *luavalue.Error {
	switch {
	case i.failure != nil:
		return i.failure
	case i.end == 0:
		return i.lostEnd(op)
	case !i.goodEnd():
		return i.endError(op)
	}
	return nil
}

// ends tells whether a bad end is one: what the server said, or a limit of ours, at which the instance was terminated.
func ends(bad *luavalue.Error) bool {
	return !slices.Contains([]string{luavalue.KindLost, luavalue.KindProtocol, luavalue.KindRefused}, bad.Kind)
}

// lostEnd is why there is no end to tell. What grew too large while its end was waited for was collected, not left unread.
func (i *instance) lostEnd(op string) *luavalue.Error {
	e := luaError(op, i.inner.Failure())
	if i.awaited && e.Kind == luavalue.KindOverflow && strings.Contains(e.Hint, "the buffer of this launch") { // not the client's
		e.Message = fmt.Sprintf("the result of %s grew past max_output (%s), and it was terminated", i.title(), screen.Bytes(float64(i.opts.maxOutput)))
		e.Hint = "raise max_output, launch it and read it as it comes, or let the program say less"
	}
	return e
}

// waitForEnd waits until the instance has settled or the host has given it up. What it says meanwhile is collected,
// up to max_output.
func (i *instance) waitForEnd(L *lua.LState, op string, limit time.Duration) {
	if i.over() {
		return
	}
	i.raiseBuffer(1)
	defer i.raiseBuffer(-1)
	start := i.rt.sched.Now()
	defer func() { i.awaited = i.settled }()
	for !i.over() {
		rest := i.rt.remaining(start, limit)
		if rest == 0 || !i.parkWaiting(L, rest) && !i.over() {
			e := luavalue.Errorf(luavalue.KindTimeout, "%s: %s had not ended after %s", op, i.title(), limit)
			e.Op, e.InstanceID, e.Hint = op, i.inner.ID(), "it goes on; inst:terminate() ends it"
			luavalue.Raise(L, i.withResult(L, op, e))
		}
	}
}

// over tells whether there is nothing to wait for any more.
func (i *instance) over() bool {
	if !i.settled && i.inner.Settled() {
		i.settle()
	}
	return i.settled || i.failure != nil
}

// parkWaiting waits for a wake; false when the time has passed.
func (i *instance) parkWaiting(L *lua.LState, limit time.Duration) bool {
	task := i.rt.sched.Current()
	i.Subscribe(task)
	defer i.Unsubscribe(task)
	return task.Suspend(L, limit)
}

// raiseBuffer counts the waits under way: while there is one, max_output bounds what is unread.
func (i *instance) raiseBuffer(by int) {
	i.waits += by
	if i.waits > 0 {
		i.inner.SetBuffer(i.opts.maxOutput)
	} else {
		i.inner.SetBuffer(i.opts.buffer)
	}
}

// Ready tells select whether recv would give something, or raise, at once.
func (i *instance) Ready() bool {
	return i.detached || i.reader != nil || i.fill() || i.failure != nil || i.told || i.inner.Failure() != nil
}

// Subscribe has a task woken by the next news.
func (i *instance) Subscribe(task *sched.Task) { i.waiting = append(i.waiting, task) }

// Unsubscribe takes it back.
func (i *instance) Unsubscribe(task *sched.Task) {
	if at := slices.Index(i.waiting, task); at >= 0 {
		i.waiting = slices.Delete(i.waiting, at, at+1)
	}
}

// Recv gives select what recv gives.
func (i *instance) Recv(L *lua.LState) int {
	return i.pushEvent(L, i.nextEvent(L, "task.select", -1))
}
