package luabind

import (
	"context"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// documentedMethods are the methods that Pie's own documentation names, with their positional arguments.
func documentedMethods() map[string]lua.LGFunction {
	return map[string]lua.LGFunction{
		"connect": clientConnect, "authenticate": clientAuthenticate, "close": clientClose,
		"upload_program": clientUpload, "program_exists": clientProgramExists,
		"launch_instance": clientLaunchInstance, "launch_instance_from_registry": clientLaunchRegistry,
		"attach_instance": clientAttach, "list_instances": clientList, "terminate_instance": clientTerminate,
		"ping": clientPing,
	}
}

// client:connect() connects and logs in; twice is harmless.
func clientConnect(L *lua.LState) int {
	c := self[*client](L, "client:connect")
	c.connect(L, "client:connect")
	L.Push(c.value)
	return 1
}

// client:authenticate(user[, key]) logs in as user, with a key where the server wants one; the user that is logged in
// already: nothing.
func clientAuthenticate(L *lua.LState) int {
	const op = "client:authenticate"
	c := self[*client](L, op)
	user := luavalue.ArgString(L, 2, op)
	var keys []pie.KeySource
	if L.Get(3) != lua.LNil {
		keys = c.rt.keys(L, op, luavalue.ArgString(L, 3, op))
	}
	if c.inner == nil && !c.closed {
		if c.config.User = user; keys != nil {
			c.config.Keys = keys
		}
		c.connect(L, op)
		return 0
	}
	c = connected(L, op)
	ask(L, op, func(ctx context.Context) (struct{}, error) { return struct{}{}, c.inner.Login(ctx, user, keys...) })
	return 0
}

// closeGrace is how long client:close waits until what it owns is confirmed to be gone, and client:info for an answer.
const closeGrace = 5 * time.Second

// client:close() terminates what was launched here, waits for the confirmation and closes. Twice is harmless.
func clientClose(L *lua.LState) int {
	c := self[*client](L, "client:close")
	if c.closed {
		return 0
	}
	c.closed = true
	if c.inner == nil {
		return 0
	}
	c.releaseLive(L)
	_, _ = sched.Await(L, 2*c.rt.cfg.Grace+time.Second, func(context.Context) (struct{}, error) {
		c.end()
		return struct{}{}, nil
	}, nil)
	return 0
}

// releaseLive terminates what the client still owns, all at once.
func (c *client) releaseLive(L *lua.LState) {
	task, left := c.rt.sched.Current(), 0
	for i := range c.live {
		if i.Ended() {
			continue
		}
		left++
		why := i.gone("its client was closed").WithHint("close the client when its instances are done")
		i.release(why, func() { c.rt.sched.Post(func() { left--; task.Wake() }) })
	}
	start := c.rt.sched.Now()
	for left > 0 {
		if rest := c.rt.remaining(start, closeGrace); rest == 0 || !task.Suspend(L, rest) {
			return
		}
	}
}

// client:upload_program(bytes[, manifest][, {progress = fn(done, total)}]) gives the program's hash.
func clientUpload(L *lua.LState) int {
	const op = "client:upload_program"
	c := connected(L, op)
	up := pie.Upload{Bytes: []byte(luavalue.ArgString(L, 2, op))}
	manifest, progress := transferOptions(L, op)
	up.Manifest = manifest
	done := c.install(L, op, up, progress)
	L.Push(lua.LString(done.Hash))
	return 1
}

// client:program_exists(hash_or_name)
func clientProgramExists(L *lua.LState) int {
	const op = "client:program_exists"
	c, ref := connected(L, op), luavalue.ArgString(L, 2, op)
	L.Push(lua.LBool(ask(L, op, func(ctx context.Context) (bool, error) { return c.inner.HasProgram(ctx, ref) })))
	return 1
}

// client:launch_instance(program, args, detached)
func clientLaunchInstance(L *lua.LState) int {
	return launchDocumented(L, "client:launch_instance", false)
}

// client:launch_instance_from_registry(name, args, detached)
func clientLaunchRegistry(L *lua.LState) int {
	return launchDocumented(L, "client:launch_instance_from_registry", true)
}

func launchDocumented(L *lua.LState, op string, registry bool) int {
	c := connected(L, op)
	l := c.newLaunch(op)
	l.program(L, L.Get(2))
	if l.spec.Registry = registry; registry {
		c.needRegistry(L, op)
	}
	if list := L.Get(3); list != lua.LNil {
		l.spec.Args = stringList(L, luavalue.ArgTable(L, 3, op), op)
	}
	if L.Get(4) != lua.LNil {
		l.spec.Detached = bool(luavalue.Arg[lua.LBool](L, 4, op, "true or false"))
	}
	L.Push(l.start(L).value)
	return 1
}

// needRegistry refuses a server that does not take programs from a registry by itself.
func (c *client) needRegistry(L *lua.LState, op string) {
	if yes, _ := c.inner.Supports("registry"); !yes {
		raise(L, op, luavalue.KindUnsupported, "client:launch_instance starts what is installed; client:install installs",
			"%s: %s servers take no programs from a registry", op, c.inner.Info().Dialect)
	}
}

// stringList reads a list of words; numbers count as words.
func stringList(L *lua.LState, t *lua.LTable, op string) []string {
	if hasNames(t) {
		raise(L, op, luavalue.KindUsage, `as in { "--prompt", "hello" }; client:launch takes a table with names`, "%s: the arguments must be a list of words, and this table has names", op)
	}
	words := make([]string, 0, t.Len())
	for i := 1; i <= t.Len(); i++ {
		switch v := t.RawGetInt(i).(type) {
		case lua.LString, lua.LNumber:
			words = append(words, v.String())
		default:
			raise(L, op, luavalue.KindUsage, "", "%s: argument %d of the program must be a string, not a %s", op, i, v.Type())
		}
	}
	return words
}

// client:terminate_instance(id) tells whether it was there.
func clientTerminate(L *lua.LState) int {
	const op = "client:terminate_instance"
	c, id := connected(L, op), luavalue.ArgString(L, 2, op)
	for i := range c.live {
		if i.inner.ID() == id {
			i.asked = true
		}
	}
	L.Push(lua.LBool(ask(L, op, func(ctx context.Context) (bool, error) { return c.inner.Terminate(ctx, id) })))
	return 1
}

// client:ping() gives the seconds of one round trip.
func clientPing(L *lua.LState) int {
	c := connected(L, "client:ping")
	L.Push(seconds(ask(L, "client:ping", c.inner.Ping)))
	return 1
}

// client:attach_instance(id) gives an instance that was launched detached, or elsewhere. It is not owned.
func clientAttach(L *lua.LState) int {
	const op = "client:attach_instance"
	c, id := connected(L, op), luavalue.ArgString(L, 2, op)
	if c.rt.clients.holder(id) != nil { // some servers would not just refuse, but end it
		raise(L, op, luavalue.KindRefused, "use the instance that launch gave, or inst:detach() it first where the server can",
			"%s: this script receives the instance %s already", op, id)
	}
	late := func(inner *pie.Instance) { c.rt.work.Go(func() { letGo(inner, c.rt.cfg.Grace) }) }
	inner, err := sched.Await(L, -1, func(ctx context.Context) (*pie.Instance, error) { return c.inner.Attach(ctx, id) }, late)
	if err != nil {
		i := c.rt.clients.finished(id)
		if i == nil {
			fail(L, op, err)
		}
		c.rt.clients.attached(id)
		i.client, i.detached = c, false
		L.Push(i.value)
		return 1
	}
	if name := c.rt.clients.called(id); name != "" && inner.Program() == "" {
		c.rt.clients.names[id] = name
	}
	c.rt.clients.attached(id)
	i := c.newInstance(L, inner, &c.rt.usual)
	i.attached, i.began = true, c.rt.sched.Now()
	c.rt.clients.visited[id] = i
	i.hold()
	L.Push(i.value)
	return 1
}

// letGo detaches from an instance that nobody waits for any more: it was not ours to end.
func letGo(inner *pie.Instance, grace time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	_ = inner.Detach(ctx) // where a server cannot, the end of the connection does it
}

// client:list_instances() gives what the server says is running.
func clientList(L *lua.LState) int {
	c := connected(L, "client:list_instances")
	infos := ask(L, "client:list_instances", c.inner.List)
	list := L.CreateTable(len(infos), 0)
	for _, info := range infos {
		list.Append(infoTable(L, info))
	}
	L.Push(luavalue.Array(L, list))
	return 1
}

func infoTable(L *lua.LState, info pie.Info) *lua.LTable {
	t := L.CreateTable(0, 7)
	t.RawSetString("instance_id", lua.LString(info.InstanceID))
	setKnown(t, "program", info.Program)
	setKnown(t, "state", info.State)
	setKnown(t, "user", info.User)
	setKnown(t, "input", info.Input)
	t.RawSetString("elapsed", seconds(info.Elapsed))
	t.RawSetString("mine", lua.LBool(info.Mine))
	return t
}

// seconds is a duration as scripts see it.
func seconds(d time.Duration) lua.LNumber { return lua.LNumber(d.Seconds()) }
