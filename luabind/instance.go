package luabind

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// instance is a script's instance: what the client receives for it, what of that was read, and the limits that the
// host keeps. Scheduler's goroutine only, but for onReady and terminated.
type instance struct {
	sched.Ownership
	rt     *Runtime
	client *client
	inner  *pie.Instance
	value  *lua.LUserData
	opts   *launchOptions // maybe shared
	began  time.Duration  // the launch call, on the clock of the scheduler
	where  sched.Place    // of the launch

	pending []pie.Event // taken from the client, not read yet: from next on
	next    int
	reader  *sched.Task   // who waits in recv
	waiting []*sched.Task // who waits for the end, or in a select
	waits   int           // waits for the end under way: the buffer is raised meanwhile
	read    *record       // what was read; see record

	end     pie.EventKind   // the terminal event, once it is known; 0 before
	endText string          // its text
	told    bool            // the terminal event was read
	failure *luavalue.Error // why the host itself gave it up: timeout, idle, or its scope ended
	settled bool            // nothing more will come
	adrift  bool            // its connection was lost, it may still run, and nobody has attached to it again
	asked   bool            // we terminated it
	dying   <-chan struct{} // closed when a termination of the host's own is through; nil before

	scope      *sched.Scope // the owner; nil: not owned
	held       bool         // the scheduler counts it as I/O that may still come
	attached   bool         // by attach_instance: not ours to end
	detached   bool         // launched or made detached: nothing is received here
	terminated atomic.Bool  // the server has confirmed a termination of the host's own; its word in the queue may come later
	awaited    bool         // what it says is, or was to the end, collected for a result
	stops      []func()     // the timer of timeout
	idleStop   func()       // the running timer of idle_timeout; nil: none
}

// newInstance wraps an instance of the client; when it began is left open. onReady posts onto the scheduler, one function
// value for all posts.
func (c *client) newInstance(L *lua.LState, inner *pie.Instance, opts *launchOptions) *instance {
	i := &instance{rt: c.rt, client: c, inner: inner, opts: opts, where: sched.PlaceOf(L)}
	i.value = c.rt.newUserData(instanceMeta, i)
	wake := i.wake
	inner.OnReady(func() { c.rt.sched.Post(wake) })
	return i
}

// record is what was read of the instance. It is made when there is something: of thousands, many say nothing but their end.
func (i *instance) record() *record {
	if i.read == nil {
		i.read = &record{}
		i.read.init(max(i.opts.keep, 0))
	}
	return i.read
}

// openInstanceType makes the metatable of instances.
func (rt *Runtime) openInstanceType() {
	methods := map[string]lua.LGFunction{
		"send": instSend, "recv": instRecv, "events": instEvents, "stream": instStream, "recv_message": instRecvMessage,
		"wait": instWait, "terminate": instTerminate, "send_file": instSendFile, "send_bytes": instSendBytes,
		"detach": instDetach, "status": instStatus,
	}
	mt := rt.openType(instanceMeta, methods, func(L *lua.LState) int {
		i := self[*instance](L, "instance:tostring")
		of := ""
		if name := i.program(); name != "" {
			of = " of " + name
		}
		L.Push(lua.LString("instance " + i.inner.ID() + of + " (" + i.status() + ")"))
		return 1
	})
	rt.addFields(mt, func(L *lua.LState, name string) lua.LValue {
		return self[*instance](L, "instance:index").field(name)
	})
}

func (i *instance) field(name string) lua.LValue {
	switch name {
	case "instance_id":
		return lua.LString(i.inner.ID())
	case "program":
		return lua.LString(i.program())
	case "client":
		return i.client.value
	}
	return lua.LNil
}

// wake runs when the client has something new or the instance has settled: it readies whoever waits.
func (i *instance) wake() {
	if i.inner.Settled() {
		i.settle()
	}
	if i.reader != nil {
		i.reader.Wake()
	}
	i.wakeWaiting()
}

func (i *instance) wakeWaiting() {
	waiting := i.waiting
	i.waiting = nil
	for _, task := range waiting {
		task.Wake()
	}
}

// settle looks, once, at how the instance ended, and lets go of what only a living one needs. What a detached one said
// is left where it is: for whoever attaches.
func (i *instance) settle() {
	if i.settled || i.detached {
		return
	}
	i.settled = true
	if i.failure == nil {
		i.pending = i.inner.Take(i.compact())
	}
	if n := len(i.pending); n > 0 && i.pending[n-1].Kind.Terminal() {
		i.end, i.endText = i.pending[n-1].Kind, text(i.pending[n-1].Value)
	}
	i.letGo()
	if i.adrift = i.mayRunOn(); i.adrift {
		i.rt.clients.adrift[i.inner.ID()] = i
		return
	}
	i.disown()
}

// mayRunOn tells whether the connection was lost under an instance that its owner has to end all the same.
func (i *instance) mayRunOn() bool {
	failure := i.inner.Failure()
	if i.scope == nil || failure == nil {
		return false
	}
	e, is := errors.AsType[*pie.Error](failure)
	return is && e.Kind == pie.KindLost && e.Running != pie.False
}

// disown takes the instance from its scope and its client.
func (i *instance) disown() {
	i.adrift = false
	delete(i.client.live, i)
	if i.scope != nil {
		i.scope.Disown(i)
		i.scope = nil
	}
}

// letGo stops the timers and the hold on the scheduler.
func (i *instance) letGo() {
	for _, stop := range i.stops {
		stop()
	}
	i.stops = nil
	if i.idleStop != nil {
		i.idleStop()
	}
	if i.held {
		i.held = false
		i.rt.sched.Release()
	}
}

// hold counts the instance as something that may still wake a task, until it settles.
func (i *instance) hold() {
	if !i.settled {
		i.held = true
		i.rt.sched.Hold()
	}
}

// compact gives what is pending from index 0 on.
func (i *instance) compact() []pie.Event {
	rest := i.pending[:copy(i.pending, i.pending[i.next:])]
	clear(i.pending[len(rest):])
	i.next = 0
	return rest
}

// text is the text of an event as the reader boxed it.
func text(value any) string {
	if s, ok := value.(lua.LString); ok {
		return string(s)
	}
	return ""
}

// inst:status() tells where it stands; no round trip.
func instStatus(L *lua.LState) int {
	L.Push(lua.LString(self[*instance](L, "instance:status").status()))
	return 1
}

func (i *instance) status() string {
	status := string(i.inner.Status())
	switch {
	case i.detached:
		return "detached"
	case i.terminated.Load() && !i.inner.Settled():
		return "aborted"
	case status == string(pie.StatusOverflowed) && !i.inner.Settled():
		return "running"
	case status == string(pie.StatusOverflowed):
		return "aborted"
	}
	return status
}
