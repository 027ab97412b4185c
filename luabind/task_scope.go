package luabind

import (
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// openScopeType makes the metatable of the scopes that task.scope hands to its function.
func (rt *Runtime) openScopeType() {
	methods := map[string]lua.LGFunction{"spawn": rt.scopeSpawn, "cancel": scopeCancel}
	rt.openType(scopeMeta, methods, func(L *lua.LState) int {
		L.Push(lua.LString("scope opened at " + self[*sched.Scope](L, "scope:tostring").Where()))
		return 1
	})
}

// task.scope(fn[, {timeout = d}]) calls fn with a new scope and waits for all that was spawned in it.
func (rt *Runtime) taskScope(L *lua.LState) int {
	fn := luavalue.ArgFunction(L, 1, "task.scope")
	o := luavalue.Opts(L, 2, "task.scope", "timeout")
	options := sched.ScopeOptions{Kind: "scope"}
	if o.Has("timeout") {
		options.Timeout = limit(o.Duration("timeout", 0))
	}
	return rt.sched.InScope(L, options, func(L *lua.LState, scope *sched.Scope) int {
		top := L.GetTop()
		L.Push(fn)
		L.Push(rt.newUserData(scopeMeta, scope))
		L.Call(1, lua.MultRet)
		return L.GetTop() - top
	})
}

// scope:spawn(fn, ...) starts a task in this scope.
func (rt *Runtime) scopeSpawn(L *lua.LState) int {
	scope := self[*sched.Scope](L, "scope:spawn")
	if scope.Ended() {
		raise(L, "scope:spawn", luavalue.KindUsage, "spawn inside the function of task.scope", "scope:spawn: the scope opened at %s has ended", scope.Where())
	}
	if scope.Leaving() {
		raise(L, "scope:spawn", luavalue.KindUsage, "task.spawn starts a task in the deferred function itself", "scope:spawn: the scope opened at %s is being left", scope.Where())
	}
	return rt.spawn(L, scope, 2, "scope:spawn")
}

// scope:cancel() ends the tasks of the scope, not its function; the scope then returns normally.
func scopeCancel(L *lua.LState) int {
	self[*sched.Scope](L, "scope:cancel").CancelChildren("scope:cancel() was called")
	return 0
}

// task.defer(fn) has fn called when the innermost scope of this task ends.
func (rt *Runtime) taskDefer(L *lua.LState) int {
	fn := luavalue.ArgFunction(L, 1, "task.defer")
	rt.sched.Current().Scope().Defer(L, fn)
	return 0
}
