package luabind

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// launch is one launch on its way: what goes to the server, and the limits that the host keeps.
type launch struct {
	c     *client
	op    string // the call as the script writes it
	spec  pie.Launch
	opts  *launchOptions // maybe shared
	began time.Duration  // the call, on the clock of the scheduler
}

func (c *client) newLaunch(op string) *launch {
	return &launch{c: c, op: op, began: c.rt.sched.Now(), opts: &c.rt.usual}
}

// launchCall is launch(program[, input[, opts]]) with its first argument at stack index at.
func (c *client) launchCall(L *lua.LState, at int, op string) int {
	var l *launch
	c.rt.sched.Aside(L, func() { l = c.launchFrom(L, at, op, false) })
	L.Push(l.start(L).value)
	return 1
}

// runCall is run(program[, input[, opts]]): launch and wait; an instance that is left early is terminated.
func (c *client) runCall(L *lua.LState, at int, op string) int {
	var l *launch
	c.rt.sched.Aside(L, func() { l = c.launchFrom(L, at, op, true) })
	i := l.start(L)
	i.awaited = true
	ended := false
	defer func() {
		if !ended && !i.over() {
			i.dispose()
		}
	}()
	if l.opts.onEvent != nil {
		i.tellEvents(L, l.opts.onEvent, op)
	}
	result := i.await(L, op, -1, true)
	ended = true
	L.Push(result)
	return 1
}

func (c *client) launchFrom(L *lua.LState, at int, op string, run bool) *launch {
	l := c.newLaunch(op)
	l.program(L, L.Get(at))
	l.input(L, L.Get(at+1))
	l.options(L, at+2, run)
	return l
}

// program reads what to launch: a name, name@version, a hash, or a table {bytes =, manifest =}.
func (l *launch) program(L *lua.LState, v lua.LValue) {
	switch v := v.(type) {
	case lua.LString:
		if v == "" {
			raise(L, l.op, luavalue.KindUsage, "", "%s: the program's name is empty", l.op)
		}
		l.spec.Program = string(v)
	case *lua.LTable:
		o := luavalue.OptsTable(L, v, l.op, "bytes", "manifest")
		l.spec.Bytes, l.spec.Manifest = []byte(o.String("bytes", "")), o.String("manifest", "")
		if len(l.spec.Bytes) == 0 {
			raise(L, l.op, luavalue.KindUsage, "client:install(path) reads both from disk", "%s: a program given as a table needs its bytes", l.op)
		}
	default:
		raise(L, l.op, luavalue.KindUsage, `for example "text-completion"`, "%s: the program must be its name, a hash or {bytes =, manifest =}, not %s", l.op, luavalue.Named(v))
	}
}

// start launches and gives the instance, owned by its scope unless it is detached. Only this task waits. A task that
// is cancelled meanwhile leaves nothing behind: what the server starts for it all the same is terminated.
func (l *launch) start(L *lua.LState) *instance {
	c := l.c
	if over := l.opts.over; over != "" {
		raise(L, l.op, luavalue.KindTimeout, "", "%s: no time is left: %s is 0, so nothing was launched", l.op, over)
	}
	limit, isLife := l.launchLimit()
	l.spec.Timeout = limit
	u := l.unborn()
	inner, err := u.await(L, limit)
	l.c.rt.syncJournal()
	if err != nil {
		luavalue.Raise(L, l.failure(err, isLife, u.sent.Load()))
	}
	i := c.newInstance(L, inner, l.opts)
	i.began = l.began
	if l.spec.Detached {
		i.detach()
		return i
	}
	i.hold()
	c.live[i] = struct{}{}
	i.own(l.opts.scope)
	i.watch()
	return i
}

// syncJournal makes what a launch has become outlive this process before the script goes on.
func (rt *Runtime) syncJournal() {
	if rt.cfg.Journal != nil {
		rt.cfg.Journal.Sync()
	}
}

// launchLimit is the time for the launch answer: launch_timeout, or what timeout leaves if that is less.
func (l *launch) launchLimit() (limit time.Duration, isLife bool) {
	if l.opts.timeout > 0 && l.opts.timeout < l.opts.launch {
		return l.opts.timeout, true
	}
	return l.opts.launch, false
}

// failure words a launch that did not come about; sent says whether the server was asked.
func (l *launch) failure(err error, isLife, sent bool) *luavalue.Error {
	e := luaError(l.op, err)
	e.Op = l.op
	if e.Kind == luavalue.KindProgram {
		l.suggest(e)
	}
	if e.Kind != luavalue.KindTimeout {
		return e
	}
	if before := (*pie.Error)(nil); !sent && errors.As(err, &before) && before.Op != "" && before.Op != "launch" {
		e.Message = "nothing was launched, for want of an answer to " + before.Op + " before it: " + e.Message
		return e
	}
	limit := "launch_timeout (" + l.opts.launch.String() + ")"
	if isLife {
		limit = "timeout (" + l.opts.timeout.String() + ")"
	}
	e.Message = "the launch was not answered within " + limit
	e.Hint = "a first launch compiles on the server: raise launch_timeout, or look at the server"
	if doubt := l.c.inner.Doubt(); doubt != "" && !isEmbedded(l.c.inner) {
		e.Hint += "; " + doubt
	}
	if !sent && l.c.inner.Full() {
		e.Message = fmt.Sprintf("the launch waited for a place among max_instances (%d), and got none within %s", l.c.config.MaxInstances, limit)
		e.Hint = "raise max_instances or the limit, which counts from the call, or end instances that are done with"
	}
	return e
}

// suggest adds the nearest name to the error of an unknown program.
func (l *launch) suggest(e *luavalue.Error) {
	name, _, _ := strings.Cut(l.spec.Program, "@")
	names := make([]string, 0, len(l.c.rt.cfg.DialPrograms))
	for _, program := range l.c.rt.cfg.DialPrograms {
		known, _, _ := strings.Cut(program, "@")
		names = append(names, known)
	}
	if near := luavalue.Closest(name, names); near != "" && near != name {
		e.WithHint("did you mean %q?", near)
	}
}
