package luabind

import (
	"context"
	"slices"
	"time"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// backendai.pie{image =, resources =, command =, port =, upload =, client =, timeout =, progress =, …} brings up a session
// with a Pie server in it and gives a connected client. The session ends with the scope it was made in.
func (rt *Runtime) baiPie(L *lua.LState) int {
	const op = "backendai.pie"
	own := []string{"port", "upload", "client", "timeout", "progress", "scope", "user", "dialect", "keep"}
	names := slices.DeleteFunc(baiSpecNames(), func(n string) bool { return n == "ports" || n == "type" })
	luavalue.ArgTable(L, 1, op)
	o := luavalue.Opts(L, 1, op, append(names, own...)...)
	c := rt.pieManager(L, op, o)
	spec := backendai.ServerSpec{Session: baiSpec(o, op), Port: o.Int("port", 8080), Upload: wordsOption(o, "upload"), Command: o.String("command", "")}
	spec.Session.StartupCommand = ""
	server := rt.serve(L, op, c, spec, o)
	s := rt.serverSession(L, c, server, scopeOption(o, rt), o.Bool("keep", false))
	ok := false
	defer func() {
		if !ok {
			s.discard()
		}
	}()
	s.pie = rt.connectThrough(L, op, server, o)
	ok = true
	L.Push(s.pie.value)
	L.Push(s.value)
	return 2
}

// pieManager is the client of the option, else one made from the environment.
func (rt *Runtime) pieManager(L *lua.LState, op string, o luavalue.Options) *baiClient {
	if u, ok := o.Value("client").(*lua.LUserData); ok {
		if c, ok := u.Value.(*baiClient); ok {
			return c
		}
	}
	if o.Has("client") {
		o.Fail("client", "must be a client of backendai.client")
	}
	return rt.newBAIClient(L, op, *rt.baiConfig(L, op, backendai.Config{}))
}

// serve brings the server up, telling its stages; a task that leaves meanwhile leaves no session behind.
func (rt *Runtime) serve(L *lua.LState, op string, c *baiClient, spec backendai.ServerSpec, o luavalue.Options) *backendai.Server {
	progress, limit := rt.progressOption(o), o.Duration("timeout", -1)
	var server *backendai.Server
	taken, finished := false, make(chan struct{})
	defer func() {
		if !taken { // the task leaves: what still comes of it is ended
			rt.work.Go(func() {
				if <-finished; server != nil {
					c.end(server.ID, server.Name, "")
				}
			})
		}
	}()
	shown := 0
	step := func(stages []string) { // what was told last has those before it: none is lost
		for ; shown < len(stages); shown++ {
			progress(L, stages[shown], map[string]string{"name": spec.Session.Name})
		}
	}
	_, err := sched.AwaitSteps(L, step, func(ctx context.Context, tell func([]string)) (_ struct{}, err error) {
		defer close(finished)
		server, err = c.bringUp(ctx, spec, limit, tell)
		return struct{}{}, err
	})
	if err != nil {
		baiFail(L, op, err)
	}
	taken = true
	return server
}

// bringUp tells the stages so far at each new one; limit below 0 is none.
func (c *baiClient) bringUp(ctx context.Context, spec backendai.ServerSpec, limit time.Duration, tell func([]string)) (*backendai.Server, error) {
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	var stages []string
	spec.Stage = func(stage string) {
		stages = append(stages, stage)
		tell(stages)
	}
	return c.inner.Serve(ctx, spec)
}

// serverSession gives the server's session an owner.
func (rt *Runtime) serverSession(L *lua.LState, c *baiClient, server *backendai.Server, scope *sched.Scope, keep bool) *baiSession {
	made := &backendai.Created{ID: server.ID, Name: server.Name, Created: server.Created}
	return c.adopt(L, made, !keep, scope)
}

// connectThrough makes a client of the Pie server at the far end of the tunnel, and connects it.
func (rt *Runtime) connectThrough(L *lua.LState, op string, server *backendai.Server, o luavalue.Options) *client {
	cfg := rt.baseConfig()
	cfg.URI, cfg.DialContext = "ws://"+server.Name+".session:8080", server.DialContext
	cfg.User, cfg.Dialect, cfg.Reconnect = o.String("user", rt.cfg.User), o.String("dialect", ""), true
	client := rt.newClient(cfg)
	client.connect(L, op)
	return client
}
