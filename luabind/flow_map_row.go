package luabind

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// mapRow is one row of a flow.map.
type mapRow struct {
	index    int
	item     lua.LValue
	task     *sched.Task
	attempts int
	value    lua.LValue      // once it is done
	err      *luavalue.Error // once it has failed
	stopped  bool            // nobody is told of it: it was given up, or has ended the map
}

// start starts the next row. Until it is done its result is false.
func (g *mapping) start(L *lua.LState, item lua.LValue) {
	g.started++
	r := &mapRow{index: g.started, item: item}
	if g.onResult == nil {
		g.results.RawSetInt(r.index, lua.LFalse)
	}
	options := sched.SpawnOptions{
		Name: "row " + strconv.Itoa(r.index), Expected: true, OnEnd: func(*sched.Task) { g.ended(r) },
	}
	r.task = g.rt.sched.SpawnWith(g.scope, options, L.NewFunction(func(L *lua.LState) int { return g.row(L, r) }))
	g.active[r.index] = r
}

// row is the body of a row's task: its tries, and whether the map may stop.
func (g *mapping) row(L *lua.LState, r *mapRow) int {
	if g.policy == nil {
		g.try(L, r, 1)
	} else {
		g.policy.run(L, func(L *lua.LState, attempt int) int { return g.try(L, r, attempt) })
	}
	if g.stopWhen != nil {
		g.askToStop(L, r)
	}
	return 1
}

// try calls the script's function and leaves its first result.
func (g *mapping) try(L *lua.LState, r *mapRow, attempt int) int {
	r.attempts = attempt
	L.Push(g.fn)
	L.Push(r.item)
	L.Push(lua.LNumber(r.index))
	L.Push(lua.LNumber(attempt))
	L.Call(3, 1)
	return 1
}

// askToStop asks stop_when about the result on top of L. An error in it is the map's, not the row's.
func (g *mapping) askToStop(L *lua.LState, r *mapRow) {
	v := L.Get(-1)
	L.Push(g.stopWhen)
	L.Push(counted(v))
	L.Push(r.item)
	L.Push(lua.LNumber(r.index))
	failure := g.rt.sched.PCall(L, 3, 1)
	if failure != nil {
		g.fail(r, failure.Err(L))
		failure.Raise(L)
	}
	stop := lua.LVAsBool(L.Get(-1))
	L.Pop(1)
	if stop {
		g.stop(r)
	}
}

// counted is the value that counts as the row's result: nil counts as true.
func counted(v lua.LValue) lua.LValue {
	if v == lua.LNil {
		return lua.LTrue
	}
	return v
}

// ended is called when a row's task and all that it owned have ended.
func (g *mapping) ended(r *mapRow) {
	delete(g.active, r.index)
	defer g.caller.Wake()
	if g.scope.Failure() != nil {
		return // the map itself is ending
	}
	switch status := r.task.Status(); {
	case r.stopped:
	case status == sched.Done:
		g.succeeded(r)
	case status == sched.Cancelled && g.stopped != nil:
		r.stopped = true
	case status == sched.Cancelled:
		return // what is around the map is ending: the row did not fail
	default:
		g.rowFailed(r, r.task.Err())
	}
	g.count(r)
	g.deliver(r)
}

func (g *mapping) succeeded(r *mapRow) {
	r.value = lua.LTrue
	if results := r.task.Results(); len(results) > 0 {
		r.value = counted(results[0])
	}
}

func (g *mapping) rowFailed(r *mapRow, err *luavalue.Error) {
	if g.stopOnError || endsMap(err) {
		g.fail(r, err)
		return
	}
	r.err = err
}

// count shows the row on the progress line.
func (g *mapping) count(r *mapRow) {
	switch {
	case g.progress == nil || r.stopped:
	case r.err != nil:
		g.progress.fail(1)
	default:
		g.progress.add(1)
	}
}

// endsMap tells the errors after which the other rows would fail as well: mistakes in the script, and what no
// further row can have.
func endsMap(e *luavalue.Error) bool {
	switch e.Kind {
	case luavalue.KindAuth, luavalue.KindUnsupported, luavalue.KindProgram, luavalue.KindBudget:
		return true
	}
	_, never := errors.AsType[noServer](e)
	return never || luavalue.IsMistake(e)
}

// failureList is the second result of flow.map.
func (g *mapping) failureList(L *lua.LState) *lua.LTable {
	if g.ordered {
		slices.SortFunc(g.failed, func(a, b *mapRow) int { return cmp.Compare(a.index, b.index) })
	}
	list := L.CreateTable(len(g.failed), 0)
	for _, r := range g.failed {
		list.Append(r.failure(L))
	}
	return luavalue.Array(L, list)
}

// failure is a failed row as the script sees it.
func (r *mapRow) failure(L *lua.LState) *lua.LTable {
	t := L.CreateTable(0, 4)
	t.RawSetString("index", lua.LNumber(r.index))
	t.RawSetString("item", r.item)
	t.RawSetString("error", r.err.Value(L))
	t.RawSetString("attempts", lua.LNumber(r.attempts))
	return t
}

// report counts the failed rows for the end of the run.
func (g *mapping) report() {
	if len(g.failed) == 0 || g.allowFailed {
		return
	}
	failed := FailedRows{Where: g.scope.Where(), Failed: len(g.failed), Total: g.started, Kinds: map[string]int{}}
	first := g.failed[0]
	for _, r := range g.failed {
		failed.Kinds[r.err.Kind]++
		if r.index < first.index {
			first = r
		}
	}
	failed.First = fmt.Sprintf("row %d: %s", first.index, first.err)
	g.rt.report.add(func(report *Report) { report.Maps = append(report.Maps, failed) })
}
