package luabind

import (
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

func (rt *Runtime) openSemaphoreType() {
	methods := map[string]lua.LGFunction{"acquire": semaphoreAcquire, "release": semaphoreRelease, "with": semaphoreWith}
	rt.openType(semaphoreMeta, methods, typeName("semaphore"))
}

func (rt *Runtime) openLimiterType() {
	rt.openType(limiterMeta, map[string]lua.LGFunction{"acquire": limiterAcquire}, typeName("limiter"))
}

// typeName is a __tostring that says what kind of thing it is.
func typeName(name string) lua.LGFunction {
	return func(L *lua.LState) int {
		L.Push(lua.LString(name))
		return 1
	}
}

// task.semaphore(n) lets n in at a time.
func (rt *Runtime) taskSemaphore(L *lua.LState) int {
	n := luavalue.ArgInt(L, 1, "task.semaphore", 0)
	if n < 1 {
		luavalue.WrongArg(L, 1, "task.semaphore", "must be a whole number from 1 on")
	}
	L.Push(rt.newUserData(semaphoreMeta, sched.NewSemaphore(rt.sched, n)))
	return 1
}

// semaphore:acquire([timeout]) waits for a place.
func semaphoreAcquire(L *lua.LState) int {
	sem := self[*sched.Semaphore](L, "semaphore:acquire")
	sem.Acquire(L, luavalue.ArgDuration(L, 2, "semaphore:acquire", -1))
	return 0
}

// semaphore:release() gives a place back; more often than acquired raises usage.
func semaphoreRelease(L *lua.LState) int {
	if err := self[*sched.Semaphore](L, "semaphore:release").Release(); err != nil {
		luavalue.Raise(L, luavalue.FromGo(L, err))
	}
	return 0
}

// semaphore:with(fn, ...) calls fn while it has a place, and gives the place back however fn ends.
func semaphoreWith(L *lua.LState) int {
	sem := self[*sched.Semaphore](L, "semaphore:with")
	luavalue.ArgFunction(L, 2, "semaphore:with")
	return sem.With(L, -1, L.GetTop()-2)
}

// task.limiter(rate[, {per = "1s", burst = rate}]) lets rate through in each per, burst at once.
func (rt *Runtime) taskLimiter(L *lua.LState) int {
	rate := float64(luavalue.Arg[lua.LNumber](L, 1, "task.limiter", "a number"))
	o := luavalue.Opts(L, 2, "task.limiter", "per", "burst")
	per, burst := o.Duration("per", time.Second), o.Number("burst", max(rate, 1))
	switch {
	case !(rate > 0):
		luavalue.WrongArg(L, 1, "task.limiter", "must be more than 0 (it is %v)", rate)
	case per <= 0:
		o.Fail("per", "must be more than 0")
	case !(burst >= 1):
		o.Fail("burst", "must be at least 1 (it is %v)", burst)
	}
	L.Push(rt.newUserData(limiterMeta, sched.NewLimiter(rt.sched, rate, per, burst)))
	return 1
}

// limiter:acquire([n = 1[, timeout]]) waits for its turn and gives the seconds waited.
func limiterAcquire(L *lua.LState) int {
	lim := self[*sched.Limiter](L, "limiter:acquire")
	n := 1.0
	if L.Get(2) != lua.LNil {
		n = float64(luavalue.Arg[lua.LNumber](L, 2, "limiter:acquire", "a number"))
	}
	if !(n > 0) {
		luavalue.WrongArg(L, 2, "limiter:acquire", "must be more than 0 (it is %v)", n)
	}
	L.Push(luavalue.Seconds(lim.Acquire(L, n, luavalue.ArgDuration(L, 3, "limiter:acquire", -1))))
	return 1
}
