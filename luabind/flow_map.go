package luabind

import (
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// mapOptions are the options of flow.map.
type mapOptions struct {
	concurrency int
	window      int // rows that may be started and not told yet, while a function is to be told
	policy      *retryPolicy
	ordered     bool
	onResult    *lua.LFunction
	onFailure   *lua.LFunction
	stopWhen    *lua.LFunction
	stopOnError bool
	allowFailed bool
	label       string
	total       int
}

var mapOptionNames = [...]string{
	"concurrency", "timeout", "retry", "ordered", "window", "on_result", "on_failure", "stop_when", "on_error",
	"allow_failed", "progress", "total",
}

// options reads the options of flow.map.
func (m *flowModule) options(L *lua.LState) mapOptions {
	o := luavalue.Opts(L, 3, "flow.map", mapOptionNames[:]...)
	opts := mapOptions{
		concurrency: o.Int("concurrency", 32), ordered: o.Bool("ordered", true),
		onResult: o.Function("on_result"), onFailure: o.Function("on_failure"), stopWhen: o.Function("stop_when"),
		allowFailed: o.Bool("allow_failed", false), label: o.String("progress", ""), total: o.Int("total", -1),
	}
	opts.window = o.Int("window", 4*opts.concurrency)
	switch {
	case opts.concurrency < 1:
		o.Fail("concurrency", "must be at least 1 (it is %d)", opts.concurrency)
	case opts.window < 0:
		o.Fail("window", "must not be negative (it is %d)", opts.window)
	}
	switch word := o.String("on_error", "collect"); word {
	case "collect":
	case "stop":
		opts.stopOnError = true
	default:
		o.Fail("on_error", `must be "collect" or "stop", not %q`, word)
	}
	opts.policy = m.rowPolicy(L, o)
	return opts
}

// rowPolicy reads retry and timeout; nil: one try without a limit, in the scope that a row is anyway.
func (m *flowModule) rowPolicy(L *lua.LState, o luavalue.Options) *retryPolicy {
	var table *lua.LTable
	times := 0
	switch v := o.Value("retry").(type) {
	case *lua.LTable:
		table = v
	default:
		times = o.Int("retry", 0)
	}
	p := m.newPolicy(luavalue.OptsTable(L, table, "flow.map: retry", retryOptions[:]...), "flow.map")
	if table == nil {
		p.times = times
	}
	if times < 0 {
		o.Fail("retry", "must not be negative (it is %d)", times)
	}
	if o.Has("timeout") && p.timeout == 0 {
		p.timeout = limit(o.Duration("timeout", 0))
	}
	if p.times == 0 && p.timeout == 0 {
		return nil
	}
	return p
}

// mapping is one flow.map that runs. The caller's task takes the items; each row is a task; the functions of the
// caller are told of the rows by one more task, so that they are called one at a time and may wait. Scheduler's
// goroutine.
type mapping struct {
	mapOptions
	rt     *Runtime
	fn     *lua.LFunction
	items  mapItems
	caller *sched.Task
	scope  *sched.Scope // owns the rows
	taking *sched.Scope // in which items are taken and rows awaited; nil outside
	ending
	progress *progressBar // nil: none

	started int
	active  map[int]*mapRow
	rows    deliveries
	teller  *sched.Task // tells the caller's functions of rows; nil: there are none
	results *lua.LTable
	failed  []*mapRow
}

// flow.map(items, fn[, opts]) gives results and failed rows.
func (m *flowModule) mapCall(L *lua.LState) int {
	items := m.rt.newItems(L)
	fn := luavalue.ArgFunction(L, 2, "flow.map")
	g := &mapping{mapOptions: m.options(L), rt: m.rt, fn: fn, items: items, active: map[int]*mapRow{}}
	if items.total >= 0 {
		g.total = items.total
	}
	g.rows = deliveries{ordered: g.ordered, turn: 1}
	return m.rt.sched.InScope(L, sched.ScopeOptions{Kind: "flow.map"}, g.run)
}

// run is the body of the map's scope.
func (g *mapping) run(L *lua.LState, scope *sched.Scope) int {
	g.scope, g.caller = scope, scope.Task()
	g.results = luavalue.Array(L, L.CreateTable(g.roomForResults(), 0))
	if g.label != "" {
		g.progress = g.rt.startProgress(scope, g.label, g.total)
	}
	g.startTeller(L)
	g.runRows(L)
	g.awaitRows(L) // those that a stop has cancelled
	g.tellRest(L)
	g.raiseEnd(L)
	return g.finish(L)
}

// roomForResults is how long the list of results will be, as far as that is known.
func (g *mapping) roomForResults() int {
	if g.onResult != nil || g.items.total < 0 {
		return 0
	}
	return min(g.items.total, 1<<20)
}

// runRows takes the items and waits for their rows, in a scope that a stop ends. What the items own lives in it.
func (g *mapping) runRows(L *lua.LState) {
	L.Push(L.NewFunction(func(L *lua.LState) int {
		return g.rt.sched.InScope(L, sched.ScopeOptions{Kind: "flow.map"}, func(L *lua.LState, taking *sched.Scope) int {
			g.taking = taking
			for g.takeOne(L) {
			}
			g.awaitRows(L)
			return 0
		})
	}))
	failure := g.rt.sched.PCall(L, 0, 0)
	g.taking = nil
	if failure != nil && failure.Err(L) != g.stopped {
		failure.Raise(L)
	}
}

func (g *mapping) awaitRows(L *lua.LState) {
	g.caller.WaitFor(L, -1, func() bool { return len(g.active) == 0 })
}

// takeOne waits until a row may start, takes its item and starts it; false when it was the last, or items are broken.
func (g *mapping) takeOne(L *lua.LState) bool {
	g.caller.WaitFor(L, -1, g.mayStart)
	item, broken := g.items.next(L, g.started+1)
	if item == lua.LNil {
		g.broken = broken
		return false
	}
	g.taking.Return(item)
	g.start(L, item)
	return true
}

// mayStart tells whether there is a place for another row, and for another result that waits for its turn.
func (g *mapping) mayStart() bool {
	if len(g.active) >= g.concurrency {
		return false
	}
	return g.teller == nil || g.started-g.rows.delivered <= g.window
}

// finish makes the two results of flow.map.
func (g *mapping) finish(L *lua.LState) int {
	if g.onResult == nil {
		for i := g.results.Len() + 1; i <= g.items.total; i++ {
			g.results.RawSetInt(i, lua.LFalse) // rows that the stop kept from starting
		}
		for i := 1; i <= g.results.Len(); i++ {
			g.scope.Return(g.results.RawGetInt(i))
		}
	}
	g.report()
	L.Push(g.results)
	L.Push(g.failureList(L))
	return 2
}
