package luabind

import (
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// ending is why a map ends before its last row. Whatever it is, the script is told of the rows that have ended.
type ending struct {
	stopped *luavalue.Error // what has asked the rows to end; nil: they may go on
	fault   *luavalue.Error // the error of a row that is the map's
	broken  *sched.Failure  // why there are no more items
}

// stop ends the map early and well: no new rows, the others are cancelled.
func (g *mapping) stop(by *mapRow) {
	g.giveUp(by, luavalue.Errorf(luavalue.KindCancelled, "stop_when held for row %d", by.index))
}

// fail ends the map with the error of a row; the first one counts.
func (g *mapping) fail(by *mapRow, err *luavalue.Error) {
	by.stopped = true
	if g.fault == nil {
		g.fault = err
	}
	g.giveUp(by, luavalue.Errorf(luavalue.KindCancelled, "%s", err.Message))
}

func (g *mapping) giveUp(by *mapRow, why *luavalue.Error) {
	if g.stopped != nil {
		return
	}
	g.stopped = why
	if g.taking != nil {
		g.taking.Cancel(why)
	}
	for _, r := range g.active {
		if r != by {
			r.task.Cancel(why.Message)
		}
	}
}

// raiseEnd raises what has ended the map, if that was an error.
func (g *mapping) raiseEnd(L *lua.LState) {
	if g.fault != nil {
		g.scope.Cancel(g.fault)
		g.caller.Check(L)
	}
	if g.broken != nil {
		g.broken.Raise(L)
	}
}

// unlessEnding calls f and raises its error. Once the map itself ends with one, that comes first: the other is only told.
func (g *mapping) unlessEnding(L *lua.LState, f func(*lua.LState)) {
	L.Push(L.NewFunction(func(L *lua.LState) int {
		f(L)
		return 0
	}))
	failure := g.rt.sched.PCall(L, 0, 0)
	switch {
	case failure == nil:
	case g.fault == nil && g.broken == nil:
		failure.Raise(L)
	default:
		g.rt.tellBeside("on_result or on_failure", failure.Err(L))
	}
}
