package luabind

import (
	"cmp"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// inst:recv([timeout]) gives the next event and its message, the end included.
func instRecv(L *lua.LState) int {
	i := self[*instance](L, "instance:recv")
	e := i.nextEvent(L, "instance:recv", waitLimit(L, "instance:recv"))
	return i.pushEvent(L, e)
}

// inst:events([timeout]) iterates over the events and raises when the end is a failure.
func instEvents(L *lua.LState) int {
	const op = "instance:events"
	i, limit, over := self[*instance](L, op), waitLimit(L, op), false
	L.Push(L.NewFunction(func(L *lua.LState) int {
		if over {
			L.Push(lua.LNil)
			return 1
		}
		e := i.nextEvent(L, op, limit)
		if e.Kind.Terminal() {
			over = true
			i.raiseBadEnd(L, op)
		}
		return i.pushEvent(L, e)
	}))
	return 1
}

// inst:recv_message([timeout]) gives the next message, nil when the program has completed.
func instRecvMessage(L *lua.LState) int {
	const op = "instance:recv_message"
	i, limit := self[*instance](L, op), waitLimit(L, op)
	start := i.rt.sched.Now()
	for {
		e := i.nextEventSince(L, op, start, limit)
		if e.Kind == pie.Message {
			L.Push(e.Value.(lua.LValue))
			return 1
		}
		if e.Kind.Terminal() {
			i.raiseBadEnd(L, op)
			L.Push(lua.LNil)
			return 1
		}
	}
}

// tellEvents hands every event to fn, the end included.
func (i *instance) tellEvents(L *lua.LState, fn *lua.LFunction, op string) {
	for {
		e := i.nextEvent(L, op, -1)
		L.Push(fn)
		i.pushEvent(L, e)
		L.Push(i.value)
		L.Call(3, 0)
		if e.Kind.Terminal() {
			return
		}
	}
}

// waitLimit reads the optional duration of a method; none is -1, no limit.
func waitLimit(L *lua.LState, op string) time.Duration {
	if L.GetTop() < 2 {
		return -1
	}
	return luavalue.ArgDuration(L, 2, op, -1)
}

// pushEvent pushes an event's name and message.
func (i *instance) pushEvent(L *lua.LState, e pie.Event) int {
	L.Push(i.rt.eventNames[e.Kind])
	if v, ok := e.Value.(lua.LValue); ok {
		L.Push(v)
		return 2
	}
	L.Push(i.rt.blobValue(e.Value.(*pie.Blob)))
	return 2
}

// nextEvent reads one event. While there are events at hand it neither waits nor allocates.
func (i *instance) nextEvent(L *lua.LState, op string, limit time.Duration) pie.Event {
	if i.next < len(i.pending) && i.reader == nil {
		return i.deliver()
	}
	return i.nextEventSince(L, op, i.rt.sched.Now(), limit)
}

// nextEventSince is nextEvent with a limit that counts from an earlier time.
func (i *instance) nextEventSince(L *lua.LState, op string, start, limit time.Duration) pie.Event {
	i.claim(L, op)
	for !i.fill() {
		i.raiseDead(L, op)
		rest := i.rt.remaining(start, limit)
		if rest == 0 || !i.park(L, rest) {
			i.raiseSilent(L, op, limit)
		}
	}
	return i.deliver()
}

// claim refuses a second reader, and reading what is not received here.
func (i *instance) claim(L *lua.LState, op string) {
	if i.reader != nil {
		raise(L, op, luavalue.KindUsage, "let one task read and hand on what it reads, for example through a channel",
			"%s: another task is reading from this instance already", op)
	}
	if i.detached {
		raise(L, op, luavalue.KindUsage, "client:attach_instance(inst.instance_id) gives an instance that can be read",
			"%s: the instance is detached: nothing of it is received here", op)
	}
}

// fill makes sure that there are events at hand, if any have come.
func (i *instance) fill() bool {
	if i.next < len(i.pending) {
		return true
	}
	if i.failure != nil {
		return false
	}
	clear(i.pending)
	i.pending, i.next = i.inner.Take(i.pending[:0]), 0
	return len(i.pending) > 0
}

// deliver takes the next event at hand and notes that it was read.
func (i *instance) deliver() pie.Event {
	e := &i.pending[i.next]
	i.next++
	if e.Kind.Terminal() {
		i.told, i.end, i.endText = true, e.Kind, text(e.Value)
	} else {
		i.record().add(e)
	}
	return *e
}

// park waits until wake, as the one reader; false when the time has passed.
func (i *instance) park(L *lua.LState, limit time.Duration) bool {
	i.reader = i.rt.sched.Current()
	defer func() { i.reader = nil }()
	return i.reader.Suspend(L, limit) || i.fill()
}

// raiseDead raises when nothing will ever come.
func (i *instance) raiseDead(L *lua.LState, op string) {
	if i.failure != nil {
		luavalue.Raise(L, i.withResult(L, op, i.failure))
	}
	if i.told {
		e := luavalue.Errorf(luavalue.KindRefused, "%s: the instance has ended (%s) and everything it said was read", op, i.end)
		e.InstanceID = i.inner.ID()
		luavalue.Raise(L, e.WithOp(op).WithHint("inst:wait() gives the result again"))
	}
	if i.inner.Failure() != nil {
		luavalue.Raise(L, i.withResult(L, op, i.lostEnd(op)))
	}
}

func (i *instance) raiseSilent(L *lua.LState, op string, limit time.Duration) {
	e := luavalue.Errorf(luavalue.KindTimeout, "%s: %s said nothing for %s", op, i.title(), limit)
	e.Op, e.InstanceID = op, i.inner.ID()
	luavalue.Raise(L, e)
}

// raiseBadEnd raises the error of an end that is a failure.
func (i *instance) raiseBadEnd(L *lua.LState, op string) {
	if !i.goodEnd() {
		luavalue.Raise(L, i.withResult(L, op, i.endError(op)))
	}
}

// goodEnd tells whether it completed, or was ended by ourselves.
func (i *instance) goodEnd() bool {
	return i.end == pie.Completed || i.end == pie.Aborted && i.asked
}

// endError is the error of an end that is a failure.
func (i *instance) endError(op string) *luavalue.Error {
	kind, words, hint := luavalue.KindServer, "the server failed while it ran %s", "try again; if it stays so, look at the server's log"
	switch i.end {
	case pie.Aborted:
		kind, words, hint = luavalue.KindAborted, "%s was terminated by somebody else", ""
	case pie.Exception:
		kind, words, hint = luavalue.KindException, "%s ended with an exception", ""
	case pie.OutOfResources:
		kind, words, hint = luavalue.KindOutOfResources, "the server had no room for %s", "run fewer at once, or try again later"
	}
	e := luavalue.Errorf(kind, words, i.title())
	e.Op, e.InstanceID, e.Server, e.Hint = op, i.inner.ID(), i.endText, hint
	return e
}

// withResult adds what was received before an error that the call op found. Each raise has an error of its own, so that
// it names its line.
func (i *instance) withResult(L *lua.LState, op string, e *luavalue.Error) *luavalue.Error {
	own := luavalue.Errorf(e.Kind, "%s", e.Message)
	own.Op, own.InstanceID, own.Server, own.Hint = cmp.Or(e.Op, op), i.inner.ID(), e.Server, e.Hint
	own.Retryable, own.Cause = e.Retryable, e
	for name, v := range e.Fields {
		own.Set(name, v)
	}
	return own.Set("result", i.result(L))
}
