package sched

import (
	"slices"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// TaskOf gives the task that a Lua value stands for, nil for any other value.
type TaskOf func(lua.LValue) *Task

// member is one entry of the list that All, Any, Race and Settle are given.
type member struct {
	key     lua.LValue
	fn      *lua.LFunction // nil: a task that was there before
	task    *Task
	foreign bool
}

// group is a set of tasks that somebody waits for. Functions become tasks of the group's own scope.
type group struct {
	s       *Scheduler
	call    string // as a script writes it
	members []member
	waiter  *Task
	index   map[*Task]int
	pending int
	ended   []int // members in the order of their ends
}

// newGroup reads the list; it raises usage for what is neither function nor task.
func (s *Scheduler) newGroup(L *lua.LState, call string, list *lua.LTable, taskOf TaskOf) *group {
	g := &group{s: s, call: call, index: map[*Task]int{}}
	for k, v := list.Next(lua.LNil); k != lua.LNil; k, v = list.Next(k) {
		m := member{key: k}
		if fn, ok := v.(*lua.LFunction); ok {
			m.fn = fn
		} else if m.task = taskOf(v); m.task == nil {
			luavalue.Raise(L, luavalue.Errorf(luavalue.KindUsage, "%s: entry %s must be a function or a task, not %s", call, k, v.Type()).WithOp(call))
		} else {
			m.foreign = true
		}
		g.members = append(g.members, m)
	}
	return g
}

// start spawns the functions and watches all tasks.
func (g *group) start(sc *Scope) {
	g.waiter, g.pending = g.s.cur, len(g.members)
	for i := range g.members {
		m := &g.members[i]
		if !m.foreign {
			m.task = g.s.SpawnWith(sc, SpawnOptions{Expected: true}, m.fn)
		}
		g.watch(i)
	}
}

func (g *group) watch(i int) {
	t := g.members[i].task
	if t.Ended() {
		g.end(i)
		return
	}
	t.ends = append(t.ends, func(*Task) { g.end(i) })
}

// end notes that a member has ended.
func (g *group) end(i int) {
	g.pending--
	g.ended = append(g.ended, i)
	if g.waiter != nil {
		g.waiter.Wake()
	}
}

// cancelRest asks everybody who still runs to end.
func (g *group) cancelRest(sc *Scope, reason string) {
	sc.CancelChildren(reason)
	for _, m := range g.members {
		if m.foreign && !m.task.Ended() {
			m.task.Cancel(reason)
		}
	}
}

// dismiss asks everybody who still runs to end, and waits until those have that were tasks before, for as long as the
// grace; the others' scope waits for them.
func (g *group) dismiss(L *lua.LState, sc *Scope, reason string) {
	g.cancelRest(sc, reason)
	g.waiter.WaitFor(L, g.s.cfg.Grace, func() bool {
		return !slices.ContainsFunc(g.members, func(m member) bool { return m.foreign && !m.task.Ended() })
	})
}

// first is the first member, in the order of ends from n on, that succeeded, or that did not; -1 for none.
func (g *group) first(from int, success bool) int {
	for _, i := range g.ended[from:] {
		if (g.members[i].task.status == Done) == success {
			return i
		}
	}
	return -1
}

// hand gives the first result of a member, passed on to the scope around the group's.
func (g *group) hand(sc *Scope, m *member) lua.LValue {
	v := m.task.First()
	sc.Return(v)
	return v
}

// run waits in a scope of the group's own, which the failure of a member does not cancel: body sees to that.
func (g *group) run(L *lua.LState, body func(L *lua.LState, sc *Scope) int) int {
	return g.s.InScope(L, ScopeOptions{Kind: g.call}, func(L *lua.LState, sc *Scope) int {
		g.start(sc)
		defer func() {
			g.waiter = nil
			if sc.failure != nil {
				g.cancelRest(sc, g.call+" was given up")
			}
		}()
		return body(L, sc)
	})
}

// All waits until all have succeeded and pushes a table of their first results under the same keys. The first failure
// cancels the rest and is raised.
func (s *Scheduler) All(L *lua.LState, list *lua.LTable, taskOf TaskOf) int {
	g := s.newGroup(L, "task.all", list, taskOf)
	return g.run(L, func(L *lua.LState, sc *Scope) int {
		seen, bad := 0, -1
		s.cur.WaitFor(L, -1, func() bool {
			bad = g.first(seen, false)
			seen = len(g.ended)
			return bad >= 0 || g.pending == 0
		})
		if bad >= 0 {
			g.dismiss(L, sc, "another task of task.all failed")
			g.members[bad].task.raiseFailure(L)
		}
		out := L.CreateTable(len(g.members), 0)
		for i := range g.members {
			L.RawSet(out, g.members[i].key, g.hand(sc, &g.members[i]))
		}
		L.Push(out)
		return 1
	})
}

// Settle waits until all have ended and pushes a table {ok, value, error} for each, under the same keys.
func (s *Scheduler) Settle(L *lua.LState, list *lua.LTable, taskOf TaskOf) int {
	g := s.newGroup(L, "task.settle", list, taskOf)
	return g.run(L, func(L *lua.LState, sc *Scope) int {
		s.cur.WaitFor(L, -1, func() bool { return g.pending == 0 })
		out := L.CreateTable(len(g.members), 0)
		for i := range g.members {
			L.RawSet(out, g.members[i].key, g.settled(L, sc, &g.members[i]))
		}
		L.Push(out)
		return 1
	})
}

func (g *group) settled(L *lua.LState, sc *Scope, m *member) *lua.LTable {
	row := L.CreateTable(0, 2)
	row.RawSetString("ok", lua.LBool(m.task.status == Done))
	if m.task.status == Done {
		row.RawSetString("value", g.hand(sc, m))
	} else {
		row.RawSetString("error", m.task.joinError(L).Value(L))
	}
	return row
}

// joinError is what Join would raise.
func (t *Task) joinError(L *lua.LState) *luavalue.Error {
	if t.failure.asked {
		return t.cancelledError()
	}
	return t.failure.Err(L)
}
