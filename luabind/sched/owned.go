package sched

import (
	"cmp"
	"slices"
	"sync"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// Owned is a resource with an end, such as an instance on a server. Its type embeds Ownership.
type Owned interface {
	// Release begins to end the resource and returns at once; done is called when it has ended, from any goroutine,
	// once or more often. It runs on the scheduler's goroutine and must not raise.
	Release(done func())
	// Ended tells that there is nothing left to release.
	Ended() bool

	ownership() *Ownership
}

// Mover is an Owned that wants to be told when it passes to another scope.
type Mover interface{ Moved(to *Scope) }

// Ownership is where an Owned is kept; its type embeds one. The zero value is owned by nobody. It is part of the
// resource, because every launch is owned twice, and a table of them would cost more than the rest of owning.
type Ownership struct {
	scope *Scope
	seq   uint64 // the order in which they came
	at    int    // its place in the scope's list, which is in no order
}

func (own *Ownership) ownership() *Ownership { return own }

// Own makes the scope the owner of o, in place of the one before. A scope that has been left passes it on to the
// nearest one that has not.
func (sc *Scope) Own(o Owned) {
	for sc.phase == closed && sc.parent != nil {
		sc = sc.parent
	}
	sc.Disown(o)
	sc.s.owned++
	*o.ownership() = Ownership{scope: sc, seq: sc.s.owned, at: len(sc.owned)}
	sc.owned = append(sc.owned, o)
}

// Disown takes o from whichever scope owns it; harmless when none does.
func (sc *Scope) Disown(o Owned) {
	own := o.ownership()
	if own.scope != nil {
		own.scope.forget(own.at)
		*own = Ownership{}
	}
}

// forget takes one out of the scope's list: the last one gets its place.
func (sc *Scope) forget(at int) {
	last := len(sc.owned) - 1
	moved := sc.owned[last]
	sc.owned[at], moved.ownership().at = moved, at
	sc.owned[last] = nil
	sc.owned = sc.owned[:last]
}

// OwnerOf is the scope that owns o, nil for none.
func (s *Scheduler) OwnerOf(o Owned) *Scope { return o.ownership().scope }

// Return passes what v stands for on to the enclosing scope, if this one owns it: a value that the body hands out in
// another way than as its own result.
func (sc *Scope) Return(v lua.LValue) {
	if sc.parent != nil {
		sc.s.move(v, sc, sc.parent)
	}
}

// move passes what v stands for from one scope to another; nothing happens if it belongs to a third.
func (s *Scheduler) move(v lua.LValue, from, to *Scope) {
	if s.cfg.OwnedBy == nil || from == nil || from == to {
		return
	}
	if _, ok := v.(*lua.LUserData); !ok {
		return
	}
	o, ok := s.cfg.OwnedBy(v)
	if !ok || s.OwnerOf(o) != from {
		return
	}
	to.Own(o)
	if m, ok := o.(Mover); ok {
		m.Moved(s.OwnerOf(o))
	}
}

// handOver passes the n values on top of L, results of the scope's body, to the enclosing scope.
func (sc *Scope) handOver(L *lua.LState, n int) {
	if len(sc.owned) == 0 {
		return
	}
	for i := 1; i <= n; i++ {
		sc.Return(L.Get(-i))
	}
}

// releaseAll begins to release everything at once and waits for all of it, until the grace is over.
func (sc *Scope) releaseAll(L *lua.LState, until time.Duration) {
	if len(sc.owned) == 0 {
		return
	}
	t, s := sc.task, sc.s
	pending := 0
	for _, o := range sc.takeOwned() {
		if o.Ended() {
			continue
		}
		pending++
		o.Release(sync.OnceFunc(func() {
			s.Post(func() { pending--; t.Wake() })
		}))
	}
	t.uncancelled(L, until, func() bool { return pending == 0 })
}

// takeOwned empties the scope and gives what it owned, oldest first.
func (sc *Scope) takeOwned() []Owned {
	list := sc.owned
	sc.owned = nil
	slices.SortFunc(list, func(a, b Owned) int { return cmp.Compare(a.ownership().seq, b.ownership().seq) })
	for _, o := range list {
		*o.ownership() = Ownership{}
	}
	return list
}
