package sched

import (
	"fmt"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// Race waits for the first to end, pushes its first result and its key, and cancels the rest. It raises if that one
// failed.
func (s *Scheduler) Race(L *lua.LState, list *lua.LTable, taskOf TaskOf) int {
	g := s.newGroup(L, "task.race", list, taskOf)
	g.notEmpty(L)
	return g.run(L, func(L *lua.LState, sc *Scope) int {
		s.cur.WaitFor(L, -1, func() bool { return len(g.ended) > 0 })
		return g.win(L, sc, g.ended[0])
	})
}

// Any waits for the first to succeed, pushes its first result and its key, and cancels the rest. When all have failed
// it raises the last error, with the others in its message.
func (s *Scheduler) Any(L *lua.LState, list *lua.LTable, taskOf TaskOf) int {
	g := s.newGroup(L, "task.any", list, taskOf)
	g.notEmpty(L)
	return g.run(L, func(L *lua.LState, sc *Scope) int {
		seen, won := 0, -1
		s.cur.WaitFor(L, -1, func() bool {
			won = g.first(seen, true)
			seen = len(g.ended)
			return won >= 0 || g.pending == 0
		})
		if won < 0 {
			luavalue.Raise(L, g.allFailed(L))
		}
		return g.win(L, sc, won)
	})
}

// win cancels the rest and pushes the winner's first result and key.
func (g *group) win(L *lua.LState, sc *Scope, i int) int {
	m := &g.members[i]
	g.dismiss(L, sc, "another task of "+g.call+" was first")
	if m.task.status != Done {
		m.task.raiseFailure(L)
	}
	L.Push(g.hand(sc, m))
	L.Push(m.key)
	return 2
}

func (g *group) notEmpty(L *lua.LState) {
	if len(g.members) == 0 {
		luavalue.Raise(L, luavalue.Errorf(luavalue.KindUsage, "%s: the list is empty", g.call).WithOp(g.call))
	}
}

// allFailed is the last error with all of them in its message, a line each, and itself the last: the hint that follows the
// message is its own.
func (g *group) allFailed(L *lua.LState) *luavalue.Error {
	last := len(g.ended) - 1
	e := *g.members[g.ended[last]].task.joinError(L)
	out := luavalue.Errorf(e.Kind, "%s", e.Message)
	if last > 0 {
		out.Message = fmt.Sprintf("all %d failed:", len(g.members))
	}
	out.Op, out.InstanceID, out.Server, out.Hint, out.Retryable = e.Op, e.InstanceID, e.Server, e.Hint, e.Retryable
	out.Where, out.Traceback, out.Fields, out.Cause = e.Where, e.Traceback, e.Fields, e.Cause
	for n, i := range g.ended {
		said := *g.members[i].task.joinError(L)
		if n == last {
			said.Hint = ""
		}
		if last > 0 {
			out.Message += fmt.Sprintf("\n  %s: %s", g.members[i].key, &said)
		}
	}
	return out
}
