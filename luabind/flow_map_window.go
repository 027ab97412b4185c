package luabind

import (
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// deliveries are the rows of a map that have ended and that the script's functions have not been told of.
type deliveries struct {
	ordered   bool
	turn      int             // the row whose turn it is, when ordered
	ahead     map[int]*mapRow // ended before their turn, when ordered
	queue     []*mapRow       // in the order of their ends, when not
	delivered int
	closed    bool // no more rows will end
}

func (d *deliveries) put(r *mapRow) {
	if !d.ordered {
		d.queue = append(d.queue, r)
		return
	}
	if d.ahead == nil {
		d.ahead = make(map[int]*mapRow)
	}
	d.ahead[r.index] = r
}

// next takes out the row to be told of; nil while there is none.
func (d *deliveries) next() *mapRow {
	if d.ordered {
		r := d.ahead[d.turn]
		if r != nil {
			delete(d.ahead, d.turn)
			d.turn++
		}
		return r
	}
	if len(d.queue) == 0 {
		return nil
	}
	r := d.queue[0]
	d.queue[0] = nil
	d.queue = d.queue[1:]
	return r
}

// deliver hands an ended row on: to the teller, or to the results at once where nobody is to be told.
func (g *mapping) deliver(r *mapRow) {
	if g.teller != nil {
		g.rows.put(r)
		g.teller.Wake()
		return
	}
	g.settle(r)
}

// settle puts the row where the caller of flow.map finds it.
func (g *mapping) settle(r *mapRow) {
	switch {
	case r.stopped:
	case r.err != nil:
		g.failed = append(g.failed, r)
	case g.onResult == nil:
		g.results.RawSetInt(r.index, r.value)
	}
}

// startTeller spawns the task that calls on_result and on_failure; none if neither is there.
func (g *mapping) startTeller(L *lua.LState) {
	if g.onResult == nil && g.onFailure == nil {
		return
	}
	options := sched.SpawnOptions{Name: "flow.map results"}
	g.teller = g.rt.sched.SpawnWith(g.scope, options, L.NewFunction(func(L *lua.LState) int {
		g.unlessEnding(L, func(L *lua.LState) {
			for g.tellNext(L) {
			}
		})
		return 0
	}))
}

// tellRest waits until the script was told of all rows that have ended.
func (g *mapping) tellRest(L *lua.LState) {
	g.rows.closed = true
	if g.teller != nil {
		g.teller.Wake()
		g.unlessEnding(L, func(L *lua.LState) { g.teller.Join(L, -1) })
	}
}

// tellNext waits for the next row and tells of it; false when there will be none.
func (g *mapping) tellNext(L *lua.LState) bool {
	var r *mapRow
	g.teller.WaitFor(L, -1, func() bool {
		r = g.rows.next()
		return r != nil || g.rows.closed
	})
	if r == nil {
		return false
	}
	g.settle(r)
	g.tell(L, r)
	g.rows.delivered++
	g.caller.Wake()
	return true
}

// tell calls the script's function for a row.
func (g *mapping) tell(L *lua.LState, r *mapRow) {
	switch {
	case r.value != nil && g.onResult != nil:
		g.scope.Return(r.value)
		L.Push(g.onResult)
		L.Push(r.value)
		L.Push(r.item)
		L.Push(lua.LNumber(r.index))
		L.Call(3, 0)
	case r.err != nil && g.onFailure != nil:
		L.Push(g.onFailure)
		L.Push(r.failure(L))
		L.Call(1, 0)
	}
}
