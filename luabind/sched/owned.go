package sched

import (
	"cmp"
	"slices"
	"sync"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// Owned is a resource with an end, such as an instance on a server. It must be comparable (a pointer).
type Owned interface {
	// Release begins to end the resource and returns at once; done is called when it has ended, from any goroutine,
	// once or more often. It runs on the scheduler's goroutine and must not raise.
	Release(done func())
	// Ended tells that there is nothing left to release.
	Ended() bool
}

// Mover is an Owned that wants to be told when it passes to another scope.
type Mover interface{ Moved(to *Scope) }

// ownership is one entry of the scheduler's list of who owns what.
type ownership struct {
	owned Owned
	scope *Scope
	seq   uint64 // the order in which they came
	at    int    // its place in the scope's list, which is in no order
}

// Own makes the scope the owner of o, in place of the one before. A scope that has been left passes it on to the
// nearest one that has not.
func (sc *Scope) Own(o Owned) {
	for sc.phase == closed && sc.parent != nil {
		sc = sc.parent
	}
	s := sc.s
	sc.Disown(o)
	s.owned++
	own := &ownership{owned: o, scope: sc, seq: s.owned, at: len(sc.owned)}
	s.owners[o] = own
	sc.owned = append(sc.owned, own)
}

// Disown takes o from whichever scope owns it; harmless when none does.
func (sc *Scope) Disown(o Owned) {
	if own := sc.s.owners[o]; own != nil {
		own.scope.forget(own)
		delete(sc.s.owners, o)
	}
}

// forget takes own out of the scope's list: the last one gets its place.
func (sc *Scope) forget(own *ownership) {
	last := len(sc.owned) - 1
	moved := sc.owned[last]
	sc.owned[own.at], moved.at = moved, own.at
	sc.owned[last] = nil
	sc.owned = sc.owned[:last]
}

// OwnerOf is the scope that owns o, nil for none.
func (s *Scheduler) OwnerOf(o Owned) *Scope {
	if own := s.owners[o]; own != nil {
		return own.scope
	}
	return nil
}

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
	for _, own := range sc.takeOwned() {
		if own.owned.Ended() {
			continue
		}
		pending++
		own.owned.Release(sync.OnceFunc(func() {
			s.Post(func() { pending--; t.Wake() })
		}))
	}
	t.uncancelled(L, until, func() bool { return pending == 0 })
}

// takeOwned empties the scope and gives what it owned, oldest first.
func (sc *Scope) takeOwned() []*ownership {
	list := sc.owned
	sc.owned = nil
	for _, own := range list {
		delete(sc.s.owners, own.owned)
	}
	slices.SortFunc(list, func(a, b *ownership) int { return cmp.Compare(a.seq, b.seq) })
	return list
}
