package luabind

import (
	"context"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// Names of the metatables of the module mcp.
const (
	mcpOfferMeta  = "pierun.mcp.offer"
	mcpServerMeta = "pierun.mcp.server"
)

// openMCP makes the module mcp: tools for the programs that ask their client for them.
func openMCP(rt *Runtime) lua.LValue {
	mt := rt.openType(mcpOfferMeta, map[string]lua.LGFunction{"close": mcpOfferClose}, func(L *lua.LState) int {
		L.Push(lua.LString("tools offered as " + self[*mcpOffer](L, "offer:tostring").name))
		return 1
	})
	rt.addFields(mt, func(L *lua.LState, name string) lua.LValue {
		return mcpName(name, self[*mcpOffer](L, "offer").name)
	})
	rt.openMCPServer()
	return rt.L.SetFuncs(rt.L.CreateTable(0, 2), map[string]lua.LGFunction{"serve": rt.mcpServe, "connect": rt.mcpConnect})
}

// mcpName is the one field of the handles.
func mcpName(field, name string) lua.LValue {
	if field == "name" {
		return lua.LString(name)
	}
	return lua.LNil
}

// mcpOffer is a tool server that is offered to the programs of a client. Scheduler's goroutine.
type mcpOffer struct {
	sched.Ownership
	name     string
	scope    *sched.Scope // its owner, in which the calls of Lua functions run
	withdraw func()       // nil once it was called
}

// offer announces a tool server on a client; the innermost scope owns it.
func (rt *Runtime) offer(L *lua.LState, op string, c *client, name string, tools pie.ToolServer, o pie.Offer) (withdraw func()) {
	withdraw, err := sched.Await(L, -1, func(ctx context.Context) (func(), error) {
		return c.inner.OfferTools(ctx, name, tools, o)
	}, func(withdraw func()) { withdraw() })
	if err != nil {
		fail(L, op, err)
	}
	return withdraw
}

// Moved tells that the offer belongs to another scope now.
func (o *mcpOffer) Moved(to *sched.Scope) { o.scope = to }

// Ended tells that there is nothing to release.
func (o *mcpOffer) Ended() bool { return o.withdraw == nil }

// Release withdraws the tools because their scope has ended.
func (o *mcpOffer) Release(done func()) {
	o.end()
	done()
}

func (o *mcpOffer) end() {
	if o.withdraw != nil {
		o.withdraw()
		o.withdraw = nil
	}
}

// offer:close() withdraws the tools; calls that run are cancelled. Twice is harmless.
func mcpOfferClose(L *lua.LState) int {
	o := self[*mcpOffer](L, "offer:close")
	o.scope.Disown(o)
	o.end()
	return 0
}

// toolClient gives a client, connected, whose server knows tools; op is the call.
func toolClient(L *lua.LState, op string, v lua.LValue, wrong func(got lua.LValueType)) *client {
	u, _ := v.(*lua.LUserData)
	if u == nil {
		wrong(v.Type())
	}
	c, ok := u.Value.(*client)
	if !ok {
		wrong(v.Type())
	}
	c.checkOpen(L, op)
	if c.inner == nil && c != c.rt.clients.main {
		raise(L, op, luavalue.KindUsage, "call client:connect() first, or make the client with pie.connect()", "%s: the client is not connected", op)
	}
	c.connect(L, op)
	if err := c.inner.KnowsTools(); err != nil {
		e := luaError(op, err)
		if c.config.URI == embeddedURI {
			e.Hint = "run the script with --dialect process-0.4: the embedded engine is then a server whose programs can ask"
		}
		luavalue.Raise(L, e)
	}
	return c
}

// allowOption reads the names of tools that programs may use; nil for all.
func allowOption(o luavalue.Options, op string) []string {
	if t := o.Table("allow"); t != nil {
		return append([]string{}, textList(o.L, t, op)...)
	}
	return nil
}
