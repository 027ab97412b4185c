package luabind

import (
	"context"
	"fmt"
	"sync"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

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
		return s.client.inner.ForwardApp(ctx, s.id, backendai.App{Name: app}, local, s.client.rt.forwardFailed(app))
	})
	L.Push(s.client.rt.newUserData(baiForwardMeta, &baiForward{f, s.client.rt.holds(func() { f.Close() })}))
	return 1
}

// forwardFailed tells on standard error of connections that nobody has taken, the same words once; nil where nobody wants to know.
func (rt *Runtime) forwardFailed(app string) func(error) {
	if rt.cfg.Quiet {
		return nil
	}
	var said sync.Map
	return func(err error) {
		if _, again := said.LoadOrStore(err.Error(), true); !again {
			_, _ = fmt.Fprintf(rt.stderr, "pierun: session:forward(%q): %v\n", app, err) // nobody is left to be told that standard error is closed
		}
	}
}
