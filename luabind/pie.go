package luabind

import (
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// Names of the metatables of what the module gives out.
const (
	clientMeta   = "pierun.client"
	instanceMeta = "pierun.instance"
	blobMeta     = "pierun.blob"
	resultMeta   = "pierun.result"
)

// openPie makes the module pie.
func openPie(rt *Runtime) lua.LValue {
	rt.openClientType()
	rt.openInstanceType()
	rt.openBlobType()
	rt.openResultType()
	module := rt.L.CreateTable(0, 8)
	rt.L.SetFuncs(module, map[string]lua.LGFunction{
		"connect": rt.pieConnect,
		"client":  rt.pieClient,
		"default": rt.pieDefault,
		"launch":  rt.pieLaunch,
		"run":     rt.pieRun,
	})
	module.RawSetString("events", rt.eventList())
	return module
}

// eventList is pie.events: the nine names, in order.
func (rt *Runtime) eventList() *lua.LTable {
	list := rt.L.CreateTable(len(rt.eventNames), 0)
	for kind := pie.Message; kind <= pie.OutOfResources; kind++ {
		rt.eventNames[kind] = lua.LString(kind.String())
		list.Append(rt.eventNames[kind])
	}
	return list
}

// pie.connect([uri[, opts]]) makes a client and connects it.
func (rt *Runtime) pieConnect(L *lua.LState) int {
	c := rt.clientFrom(L, "pie.connect")
	c.connect(L, "pie.connect")
	L.Push(c.value)
	return 1
}

// pie.client([uri[, opts]]) makes a client that is not connected yet.
func (rt *Runtime) pieClient(L *lua.LState) int {
	L.Push(rt.clientFrom(L, "pie.client").value)
	return 1
}

// clientFrom makes a client of ([uri[, opts]]).
func (rt *Runtime) clientFrom(L *lua.LState, fn string) *client {
	c := rt.newClient(rt.clientConfig(L, fn, L.Get(1), luavalue.Opts(L, 2, fn, connectOptions[:]...)))
	c.common = L.Get(1) == lua.LNil || rt.sched.Current().Body().Parent() == nil
	return c
}

// pie.default() gives the shared client, connected at first use.
func (rt *Runtime) pieDefault(L *lua.LState) int {
	c := rt.clients.shared(L)
	c.connect(L, "pie.default")
	L.Push(c.value)
	return 1
}

// pie.launch(program[, input[, opts]]) launches with the client in use.
func (rt *Runtime) pieLaunch(L *lua.LState) int {
	return rt.inUse(L, "pie.launch").launchCall(L, 1, "pie.launch")
}

// pie.run(program[, input[, opts]]) runs with the client in use.
func (rt *Runtime) pieRun(L *lua.LState) int {
	return rt.inUse(L, "pie.run").runCall(L, 1, "pie.run")
}

// inUse is the client of the innermost client:use, else the shared one, connected.
func (rt *Runtime) inUse(L *lua.LState, op string) *client {
	c, ok := rt.sched.Current().Local(useKey).(*client)
	if !ok {
		c = rt.clients.shared(L)
	}
	c.connect(L, op)
	return c
}

// newUserData makes a userdata of one of the module's types.
func (rt *Runtime) newUserData(meta string, value any) *lua.LUserData {
	return &lua.LUserData{Value: value, Env: rt.L.G.Global, Metatable: rt.L.GetTypeMetatable(meta)}
}

// self gives the receiver of a method call; a call with "." instead of ":" raises usage.
func self[T any](L *lua.LState, fn string) T {
	if u, ok := L.Get(1).(*lua.LUserData); ok {
		if v, ok := u.Value.(T); ok {
			return v
		}
	}
	var none T
	raise(L, fn, luavalue.KindUsage, "call it with a colon, "+fn, "%s was called without its object", fn)
	return none
}
