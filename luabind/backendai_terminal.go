package luabind

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// baiTerminal is a terminal of a script.
type baiTerminal struct {
	inner *backendai.Terminal
	held  *closing
}

// openBAITerminal makes the metatable of terminals.
func (rt *Runtime) openBAITerminal() {
	rt.openType(baiTerminalMeta, baiMethods("terminal:", map[string]baiTaking[lua.LGFunction]{
		"send": {1, terminalSend}, "recv": {1, terminalRecv}, "resize": {2, terminalResize}, "close": {0, terminalClose},
	}), func(L *lua.LState) int { L.Push(lua.LString("terminal of a session")); return 1 })
}

// session:terminal([way]) opens a terminal, by the session's "ttyd" where there is one, or by the manager's "pty"; it ends
// with its scope.
func sessionTerminal(L *lua.LState) int {
	const op = "session:terminal"
	s, way := openSession(L, op), luavalue.ArgText(L, 2, op, "")
	t := sessionAsk(L, op, s, func(ctx context.Context) (*backendai.Terminal, error) {
		return s.client.inner.OpenTerminal(ctx, s.id, way)
	})
	L.Push(s.client.rt.newUserData(baiTerminalMeta, &baiTerminal{t, s.client.rt.holds(func() { t.Close() })}))
	return 1
}

// terminal:send(text) types.
func terminalSend(L *lua.LState) int {
	t, text := self[*baiTerminal](L, "terminal:send"), luavalue.ArgString(L, 2, "terminal:send")
	baiDo(L, "terminal:send", func(context.Context) error { _, err := t.inner.Write([]byte(text)); return err })
	return 0
}

// terminal:recv([timeout]) gives what it shows next; nil at its end.
func terminalRecv(L *lua.LState) int {
	const op = "terminal:recv"
	t := self[*baiTerminal](L, op)
	text, err := sched.Await(L, luavalue.ArgDuration(L, 2, op, -1), func(ctx context.Context) (string, error) {
		defer context.AfterFunc(ctx, func() { t.inner.Close() })()
		b := make([]byte, 32<<10)
		n, err := t.inner.Read(b)
		return string(bytes.Clone(b[:n])), err
	}, nil)
	if errors.Is(err, io.EOF) {
		return 0
	}
	if err != nil {
		baiFail(L, op, err)
	}
	L.Push(lua.LString(text))
	return 1
}

// terminal:resize(rows, cols).
func terminalResize(L *lua.LState) int {
	const op = "terminal:resize"
	t, rows, cols := self[*baiTerminal](L, op), luavalue.ArgInt(L, 2, op, 24), luavalue.ArgInt(L, 3, op, 80)
	baiDo(L, op, func(context.Context) error { return t.inner.Resize(rows, cols) })
	return 0
}

func terminalClose(L *lua.LState) int {
	self[*baiTerminal](L, "terminal:close").held.leave()
	return 0
}

// baiForward is a local address of an app.
type baiForward struct {
	inner *backendai.Forward
	held  *closing
}

// openBAIForward makes the metatable of forwards.
func (rt *Runtime) openBAIForward() {
	mt := rt.openType(baiForwardMeta, baiMethods("forward:", map[string]baiTaking[lua.LGFunction]{"close": {0, func(L *lua.LState) int {
		self[*baiForward](L, "forward:close").held.leave()
		return 0
	}}}), func(L *lua.LState) int {
		L.Push(lua.LString(self[*baiForward](L, "forward:tostring").inner.Addr().String()))
		return 1
	})
	rt.addFields(mt, func(L *lua.LState, name string) lua.LValue {
		if name == "address" {
			return lua.LString(self[*baiForward](L, "forward:index").inner.Addr().String())
		}
		return lua.LNil
	})
}

// session:forward(app[, {listen = "127.0.0.1:0"}]) serves an app of the session here; it ends with its scope.
func sessionForward(L *lua.LState) int {
	const op = "session:forward"
	s, app := openSession(L, op), luavalue.ArgString(L, 2, op)
	o := luavalue.Opts(L, 3, op, "listen")
	local := o.String("listen", "127.0.0.1:0")
	f := sessionAsk(L, op, s, func(ctx context.Context) (*backendai.Forward, error) {
		return s.client.inner.ForwardApp(ctx, s.id, backendai.App{Name: app}, local, nil)
	})
	L.Push(s.client.rt.newUserData(baiForwardMeta, &baiForward{f, s.client.rt.holds(func() { f.Close() })}))
	return 1
}
