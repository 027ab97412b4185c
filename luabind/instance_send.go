package luabind

import (
	"cmp"
	"context"
	"path/filepath"
	"unsafe"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// alive refuses a call on an instance that has ended, that its scope has ended, or that is detached.
func (i *instance) alive(L *lua.LState, op string) {
	switch {
	case i.failure != nil && i.failure.Kind == luavalue.KindRefused:
		luavalue.Raise(L, i.withResult(L, op, i.failure))
	case i.detached:
		raise(L, op, luavalue.KindRefused, "client:attach_instance(inst.instance_id) gives an instance that can be spoken to",
			"%s: the instance is detached", op)
	case i.failure == nil && i.over() && i.end == 0: // lost: that may be retried, a refusal may not
		luavalue.Raise(L, i.withResult(L, op, luaError(op, i.inner.Failure())))
	case i.over():
		e := luavalue.Errorf(luavalue.KindRefused, "%s: the instance has ended (%s)", op, i.inner.Status())
		e.Op, e.InstanceID = op, i.inner.ID()
		luavalue.Raise(L, e)
	}
}

// inst:send(msg) sends a string as it is and a table as JSON. It does not wait.
func instSend(L *lua.LState) int {
	const op = "instance:send"
	i := self[*instance](L, op)
	text := messageText(L, op)
	i.alive(L, op)
	if err := i.inner.Send(text); err != nil {
		fail(L, op, err)
	}
	return 0
}

func messageText(L *lua.LState, op string) string {
	t, ok := L.Get(2).(*lua.LTable)
	if !ok {
		return luavalue.ArgString(L, 2, op)
	}
	text, err := luavalue.Encode(t, luavalue.EncodeOptions{Sort: true})
	if err != nil {
		e := luaError(op, err)
		e.Op = op
		luavalue.Raise(L, e)
	}
	return string(text)
}

// inst:send_file(path[, name][, {progress = fn(done, total)}]) sends a file from disk.
func instSendFile(L *lua.LState) int {
	const op = "instance:send_file"
	i, path := self[*instance](L, op), luavalue.ArgString(L, 2, op)
	i.alive(L, op)
	name, progress := transferOptions(L, op)
	t := i.rt.newTransfer(filepath.Base(path), progress)
	t.run(L, op, func(ctx context.Context, told pie.Progress) error { return i.inner.SendPath(ctx, path, name, told) })
	return 0
}

// inst:send_bytes(data[, name][, {progress = fn(done, total)}]) sends a string as a file.
func instSendBytes(L *lua.LState) int {
	const op = "instance:send_bytes"
	i, data := self[*instance](L, op), luavalue.ArgString(L, 2, op)
	i.alive(L, op)
	name, progress := transferOptions(L, op)
	t := i.rt.newTransfer(cmp.Or(name, "file"), progress)
	t.run(L, op, func(ctx context.Context, told pie.Progress) error {
		return i.inner.SendFile(ctx, bytesOf(data), name, told)
	})
	return 0
}

// bytesOf gives the bytes of a string without copying them; they are only read.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// inst:terminate() ends the instance and returns when the server has answered. Twice, or after the end: nothing.
func instTerminate(L *lua.LState) int {
	const op = "instance:terminate"
	i := self[*instance](L, op)
	if i.over() || i.asked {
		return 0
	}
	i.asked = true
	_, err := sched.Await(L, endTimeout, func(ctx context.Context) (struct{}, error) { return struct{}{}, i.inner.Terminate(ctx) }, nil)
	if err != nil {
		e := luaError(op, err)
		e.Op, e.InstanceID = op, i.inner.ID()
		luavalue.Raise(L, e)
	}
	return 0
}

// inst:detach() lets the instance go on by itself: it is not owned and not received here any more. Twice: nothing.
func instDetach(L *lua.LState) int {
	const op = "instance:detach"
	i := self[*instance](L, op)
	if i.detached {
		return 0
	}
	i.alive(L, op)
	ask(L, op, func(ctx context.Context) (struct{}, error) { return struct{}{}, i.inner.Detach(ctx) })
	i.detach()
	return 0
}

// detach notes that nothing of the instance is received here, and that nobody owns it.
func (i *instance) detach() {
	i.detached = true
	i.rt.clients.detached[i.inner.ID()] = i
	i.letGo()
	i.disown()
	i.wake()
}
