package luabind

import (
	"context"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// client is a script's client: one connection to a server, made by connect. Scheduler's goroutine.
type client struct {
	rt     *Runtime
	value  *lua.LUserData
	config pie.Config
	inner  *pie.Client // nil until connected
	closed bool
	common bool // its server is not one that a task has named for itself

	greeted func() // waits for what greet has begun, within the grace; nil: nothing

	dialling bool
	waiting  []*sched.Task // who waits for the dial

	inputs parameters // of what was installed here

	live map[*instance]struct{} // launched here, not ended, not detached
}

// newClient makes a client that is not connected.
func (rt *Runtime) newClient(config pie.Config) *client {
	c := &client{rt: rt, config: config, live: map[*instance]struct{}{}}
	c.value = rt.newUserData(clientMeta, c)
	rt.clients.all = append(rt.clients.all, c)
	return c
}

// openClientType makes the metatable of clients.
func (rt *Runtime) openClientType() {
	methods := map[string]lua.LGFunction{
		"launch": clientLaunch, "run": clientRun, "install": clientInstall, "query": clientQuery,
		"models": clientModels, "info": clientInfo, "supports": clientSupports, "use": clientUse,
	}
	for name, fn := range documentedMethods() {
		methods[name] = fn
	}
	rt.openType(clientMeta, methods, func(L *lua.LState) int {
		uri := self[*client](L, "client:tostring").config.URI
		if uri == embeddedURI {
			uri = "the embedded engine"
		}
		L.Push(lua.LString("client of " + uri))
		return 1
	})
}

// openType makes the metatable of a userdata type whose fields are all methods.
func (rt *Runtime) openType(name string, methods map[string]lua.LGFunction, toString lua.LGFunction) *lua.LTable {
	mt := rt.L.NewTypeMetatable(name)
	mt.RawSetString("__index", rt.L.SetFuncs(rt.L.CreateTable(0, len(methods)), methods))
	mt.RawSetString("__tostring", rt.L.NewFunction(toString))
	mt.RawSetString("__metatable", lua.LString(name))
	return mt
}

// connected gives the receiver of a method that needs a connection.
func connected(L *lua.LState, op string) *client {
	c := self[*client](L, op)
	c.checkOpen(L, op)
	if c.inner == nil {
		raise(L, op, luavalue.KindUsage, "call client:connect() first, or make the client with pie.connect()", "%s: the client is not connected", op)
	}
	return c
}

// ask runs one question to the server, waiting without holding other tasks up.
func ask[T any](L *lua.LState, op string, work func(ctx context.Context) (T, error)) T {
	v, err := sched.Await(L, -1, work, nil)
	if err != nil {
		fail(L, op, err)
	}
	return v
}

// client:launch(program[, input[, opts]])
func clientLaunch(L *lua.LState) int {
	return connected(L, "client:launch").launchCall(L, 2, "client:launch")
}

// client:run(program[, input[, opts]])
func clientRun(L *lua.LState) int {
	return connected(L, "client:run").runCall(L, 2, "client:run")
}

// client:query(subject) gives a table when the server answers with a JSON object or list, else the text.
func clientQuery(L *lua.LState) int {
	c := connected(L, "client:query")
	subject := luavalue.ArgString(L, 2, "client:query")
	L.Push(c.query(L, "client:query", subject))
	return 1
}

func (c *client) query(L *lua.LState, op, subject string) lua.LValue {
	text := ask(L, op, func(ctx context.Context) (string, error) { return c.inner.Query(ctx, subject, "") })
	if v, err := luavalue.Decode(L, []byte(text), luavalue.DecodeOptions{}); err == nil {
		if table, ok := v.(*lua.LTable); ok {
			return table
		}
	}
	return lua.LString(text)
}

// client:info() tells what is known of the connection. The first call asks the server whether it is simulated; what it
// does not answer is no.
func clientInfo(L *lua.LState) int {
	c := connected(L, "client:info")
	_, _ = sched.Await(L, closeGrace, c.inner.Simulated, nil)
	info := c.inner.Info()
	t := L.CreateTable(0, 6)
	t.RawSetString("uri", lua.LString(info.URI))
	t.RawSetString("dialect", lua.LString(info.Dialect))
	t.RawSetString("simulated", lua.LBool(info.Simulated == pie.True || c.config.URI == embeddedURI))
	t.RawSetString("reconnects", lua.LNumber(info.Reconnects))
	setKnown(t, "version", info.Version)
	setKnown(t, "user", info.User)
	L.Push(t)
	return 1
}

// setKnown sets a field unless the text is empty: what is not known is nil.
func setKnown(t *lua.LTable, name, text string) {
	if text != "" {
		t.RawSetString(name, lua.LString(text))
	}
}

// client:supports(feature) tells whether the server can do something; an unknown word raises usage.
func clientSupports(L *lua.LState) int {
	c := connected(L, "client:supports")
	feature := luavalue.ArgString(L, 2, "client:supports")
	yes, known := c.inner.Supports(feature)
	if c.inner.Unsure(feature) {
		yes = c.supportsAfterAll(L, feature)
	}
	if !known {
		raise(L, "client:supports", luavalue.KindUsage, closestHint(feature, pie.FeatureNames()), "client:supports: there is no feature %q", feature)
	}
	L.Push(lua.LBool(yes))
	return 1
}

// supportsAfterAll asks the server what nothing else tells. That it cannot be found out counts as no.
func (c *client) supportsAfterAll(L *lua.LState, feature string) bool {
	_, err := sched.Await(L, -1, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.inner.Refine(ctx)
	}, nil)
	yes, _ := c.inner.Supports(feature)
	return err == nil && yes
}

// useKey is where the scheduler keeps the client of client:use for a task and those it spawns.
type useKeyType struct{}

var useKey useKeyType

// client:use(fn, ...) calls fn; inside, pie.launch and pie.run use this client.
func clientUse(L *lua.LState) int {
	c := self[*client](L, "client:use")
	luavalue.ArgFunction(L, 2, "client:use")
	defer c.rt.sched.Current().SetLocal(useKey, c)()
	n := L.GetTop() - 2
	L.Remove(1)
	L.Call(n, lua.MultRet)
	return L.GetTop()
}

// remaining is what is left of a limit that began at start; negative limits stay (none).
func (rt *Runtime) remaining(start time.Duration, limit time.Duration) time.Duration {
	if limit < 0 {
		return limit
	}
	return max(0, limit-(rt.sched.Now()-start))
}
