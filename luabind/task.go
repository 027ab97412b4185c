package luabind

import (
	"strings"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// Names of the metatables of what the module task gives out.
const (
	taskMeta      = "pierun.task"
	scopeMeta     = "pierun.scope"
	channelMeta   = "pierun.channel"
	semaphoreMeta = "pierun.semaphore"
	limiterMeta   = "pierun.limiter"
)

// openTask makes the module task.
func openTask(rt *Runtime) lua.LValue {
	rt.openTaskType()
	rt.openScopeType()
	rt.openChannelType()
	rt.openSemaphoreType()
	rt.openLimiterType()
	return rt.L.SetFuncs(rt.L.CreateTable(0, 24), map[string]lua.LGFunction{
		"spawn": rt.taskSpawn, "scope": rt.taskScope, "defer": rt.taskDefer,
		"all": rt.taskAll, "any": rt.taskAny, "race": rt.taskRace, "settle": rt.taskSettle,
		"sleep": rt.taskSleep, "now": rt.taskNow, "timeout": rt.taskTimeout, "deadline": rt.taskDeadline,
		"channel": rt.taskChannel, "select": (&selector{rt: rt}).call, "semaphore": rt.taskSemaphore, "limiter": rt.taskLimiter,
	})
}

// openTaskType makes the metatable of tasks: methods, and the fields name and status.
func (rt *Runtime) openTaskType() {
	methods := map[string]lua.LGFunction{"join": taskJoin, "cancel": taskCancel}
	mt := rt.openType(taskMeta, methods, func(L *lua.LState) int {
		t := self[*sched.Task](L, "task:tostring")
		L.Push(lua.LString("task " + strings.TrimPrefix(t.Name(), "task ") + " (" + string(t.Status()) + ")"))
		return 1
	})
	rt.L.SetFuncs(mt, map[string]lua.LGFunction{"__newindex": taskSetField})
	rt.addFields(mt, func(L *lua.LState, name string) lua.LValue {
		return taskField(self[*sched.Task](L, "task:index"), name)
	})
}

// addFields has the metatable look up what is no method with get.
func (rt *Runtime) addFields(mt *lua.LTable, get func(L *lua.LState, name string) lua.LValue) {
	methods, _ := mt.RawGetString("__index").(*lua.LTable)
	mt.RawSetString(sched.Methods, methods)
	mt.RawSetString("__index", rt.L.NewFunction(func(L *lua.LState) int {
		name := L.Get(2)
		if method := methods.RawGet(name); method != lua.LNil {
			L.Push(method)
		} else {
			L.Push(get(L, name.String()))
		}
		return 1
	}))
}

func taskField(t *sched.Task, name string) lua.LValue {
	switch name {
	case "name":
		return lua.LString(t.Name())
	case "status":
		return lua.LString(t.Status())
	}
	return lua.LNil
}

func taskSetField(L *lua.LState) int {
	t := self[*sched.Task](L, "task:newindex")
	if L.Get(2) != lua.LString("name") {
		raise(L, "task", luavalue.KindUsage, "only its name", "a task's field %q cannot be set", L.Get(2).String())
	}
	t.SetName(luavalue.ArgString(L, 3, "task.name"))
	return 0
}

// task.spawn(fn, ...) starts fn beside the caller, in its innermost scope.
func (rt *Runtime) taskSpawn(L *lua.LState) int {
	return rt.spawn(L, nil, 1, "task.spawn")
}

// spawn starts the function at stack index n with the arguments after it and pushes its task.
func (rt *Runtime) spawn(L *lua.LState, scope *sched.Scope, n int, fn string) int {
	body := luavalue.ArgFunction(L, n, fn)
	L.Push(rt.newUserData(taskMeta, rt.sched.Spawn(scope, body, valuesFrom(L, n+1)...)))
	return 1
}

// task:join([timeout]) gives the results, raises the task's error.
func taskJoin(L *lua.LState) int {
	t := self[*sched.Task](L, "task:join")
	return t.Join(L, luavalue.ArgDuration(L, 2, "task:join", -1))
}

// task:cancel([reason]) asks the task to end and does not wait for it.
func taskCancel(L *lua.LState) int {
	t := self[*sched.Task](L, "task:cancel")
	reason := ""
	if L.Get(2) != lua.LNil {
		reason = luavalue.ArgString(L, 2, "task:cancel")
	}
	t.Cancel(reason)
	return 0
}

// taskOf gives the task that a value stands for, nil for any other value.
func taskOf(v lua.LValue) *sched.Task {
	if u, ok := v.(*lua.LUserData); ok {
		t, _ := u.Value.(*sched.Task)
		return t
	}
	return nil
}

// task.all(list), any, race and settle wait for several functions or tasks.
func (rt *Runtime) taskAll(L *lua.LState) int {
	return rt.sched.All(L, luavalue.ArgTable(L, 1, "task.all"), taskOf)
}

func (rt *Runtime) taskAny(L *lua.LState) int {
	return rt.sched.Any(L, luavalue.ArgTable(L, 1, "task.any"), taskOf)
}

func (rt *Runtime) taskRace(L *lua.LState) int {
	return rt.sched.Race(L, luavalue.ArgTable(L, 1, "task.race"), taskOf)
}

func (rt *Runtime) taskSettle(L *lua.LState) int {
	return rt.sched.Settle(L, luavalue.ArgTable(L, 1, "task.settle"), taskOf)
}

// task.sleep(d) waits for d.
func (rt *Runtime) taskSleep(L *lua.LState) int {
	if L.Get(1) == lua.LNil {
		luavalue.WrongArg(L, 1, "task.sleep", `must be seconds or text like "1m30s", not nil`)
	}
	sched.Sleep(L, luavalue.ArgDuration(L, 1, "task.sleep", 0))
	return 0
}

// task.now() gives seconds on a clock that never jumps.
func (rt *Runtime) taskNow(L *lua.LState) int {
	L.Push(luavalue.Seconds(rt.sched.Now()))
	return 1
}

// task.timeout(d, fn, ...) calls fn; after d it is ended and timeout is raised.
func (rt *Runtime) taskTimeout(L *lua.LState) int {
	if L.Get(1) == lua.LNil {
		luavalue.WrongArg(L, 1, "task.timeout", `must be seconds or text like "1m30s", not nil`)
	}
	d := luavalue.ArgDuration(L, 1, "task.timeout", 0)
	luavalue.ArgFunction(L, 2, "task.timeout")
	return rt.inScope(L, sched.ScopeOptions{Kind: "task.timeout", Timeout: limit(d)}, 2)
}

// task.deadline(at, fn, ...) is timeout with the end given on the clock of task.now, whose beginning has passed, too.
func (rt *Runtime) taskDeadline(L *lua.LState) int {
	if L.Get(1) == lua.LNil {
		luavalue.WrongArg(L, 1, "task.deadline", "must be a time of task.now(), not nil")
	}
	var at time.Duration
	if n, ok := L.Get(1).(lua.LNumber); !ok || !(n < 0) {
		at = luavalue.ArgDuration(L, 1, "task.deadline", 0)
	}
	luavalue.ArgFunction(L, 2, "task.deadline")
	return rt.inScope(L, sched.ScopeOptions{Kind: "task.deadline", Timeout: limit(at - rt.sched.Now())}, 2)
}

// limit makes a ScopeOptions.Timeout of a limit that was asked for: nothing left means already passed.
func limit(d time.Duration) time.Duration {
	if d <= 0 {
		return -1
	}
	return d
}

// inScope calls the function at stack index n, with the arguments after it, in a scope of its own.
func (rt *Runtime) inScope(L *lua.LState, o sched.ScopeOptions, n int) int {
	call := valuesFrom(L, n)
	return rt.sched.InScope(L, o, func(L *lua.LState, _ *sched.Scope) int {
		for _, v := range call {
			L.Push(v)
		}
		L.Call(len(call)-1, lua.MultRet)
		return L.GetTop()
	})
}

// valuesFrom gives what is on the stack from index n on.
func valuesFrom(L *lua.LState, n int) []lua.LValue {
	values := make([]lua.LValue, 0, max(L.GetTop()-n+1, 0))
	for i := n; i <= L.GetTop(); i++ {
		values = append(values, L.Get(i))
	}
	return values
}
