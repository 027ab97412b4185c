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

// openTerminal gives the receiver of a method that needs a terminal that goes on.
func openTerminal(L *lua.LState, op string) *baiTerminal {
	t := self[*baiTerminal](L, op)
	if t.held.ended {
		raise(L, op, luavalue.KindRefused, "session:terminal() opens another", "%s: the terminal is closed, or has ended", op)
	}
	return t
}

// terminal:send(text) types.
func terminalSend(L *lua.LState) int {
	t, text := openTerminal(L, "terminal:send"), luavalue.ArgString(L, 2, "terminal:send")
	baiDo(L, "terminal:send", func(context.Context) error { _, err := t.inner.Write([]byte(text)); return err })
	return 0
}

// terminal:recv([timeout]) gives what it shows next; nil at its end, also behind close.
func terminalRecv(L *lua.LState) int {
	const op = "terminal:recv"
	t := self[*baiTerminal](L, op)
	if t.held.ended {
		return 0
	}
	text, err := sched.Await(L, luavalue.ArgDuration(L, 2, op, -1), func(ctx context.Context) (string, error) {
		defer context.AfterFunc(ctx, func() { t.inner.Close() })()
		b := make([]byte, 32<<10)
		n, err := t.inner.Read(b)
		return string(bytes.Clone(b[:n])), err
	}, nil)
	if err != nil {
		closed := t.held.ended // by another task
		if t.held.leave(); closed || errors.Is(err, io.EOF) {
			return 0
		}
		baiFail(L, op, err)
	}
	L.Push(lua.LString(text))
	return 1
}

// terminal:resize(rows, cols).
func terminalResize(L *lua.LState) int {
	const op = "terminal:resize"
	t, rows, cols := openTerminal(L, op), luavalue.ArgInt(L, 2, op, 24), luavalue.ArgInt(L, 3, op, 80)
	baiDo(L, op, func(context.Context) error { return t.inner.Resize(rows, cols) })
	return 0
}

func terminalClose(L *lua.LState) int {
	self[*baiTerminal](L, "terminal:close").held.leave()
	return 0
}
