package sched

import (
	"time"

	lua "github.com/yuin/gopher-lua"
)

// phase is how far a scope has come.
type phase uint8

const (
	open    phase = iota // the body runs
	closing              // it is being left: deferred functions and releases
	closed
)

// Scope is the owner of tasks, of deferred functions and of resources, and what a cancel is aimed at. It is used on
// the scheduler's goroutine only.
type Scope struct {
	s      *Scheduler
	task   *Task  // on whose stack it is
	parent *Scope // the enclosing one; of a task's body the one that owns the task
	kind   string
	place  Place
	phase  phase
	shield bool       // what encloses it may be cancelled without this one noticing
	co     *coroutine // in which it was opened

	failure  *Failure // why it is cancelled; its exit raises this
	timeout  time.Duration
	timer    *timer // nil: no limit
	children *Task  // the youngest
	count    int
	defers   []deferred
	owned    []Owned
	values   map[any]any
}

// ScopeOptions say what kind of scope to open.
type ScopeOptions struct {
	Kind     string        // what errors call it; "": "scope"
	Timeout  time.Duration // from now on; zero: none, negative: passed already
	Deadline time.Duration // on the clock of Now; zero: none. The earlier one counts
}

// InScope runs body in a new scope of the running task. body leaves its results on L and returns their number, as a
// Lua function in Go does, and InScope does the same. Leaving waits for the scope's tasks, runs its deferred functions
// and releases what it owns; owned values among the results pass to the enclosing scope. It raises the scope's own
// failure: the body's error, that of one of its tasks, or kind timeout or cancelled.
func (s *Scheduler) InScope(L *lua.LState, o ScopeOptions, body func(L *lua.LState, sc *Scope) int) int {
	t := mustFrom(L).cur
	t.Check(L)
	sc := t.openScope(L, o)
	top := L.GetTop()
	L.Push(L.NewFunction(func(L *lua.LState) int { return body(L, sc) }))
	failure := s.protect(L, 0, lua.MultRet, protection{full: true})
	n := L.GetTop() - top
	sc.leave(L, failure, n)
	t.pop(sc)
	t.Check(L)
	if sc.failure != nil {
		sc.failure.Raise(L)
	}
	return n
}

func (t *Task) openScope(L *lua.LState, o ScopeOptions) *Scope {
	sc := &Scope{s: t.s, kind: o.Kind, place: PlaceOf(L)}
	if sc.kind == "" {
		sc.kind = "scope"
	}
	t.push(sc)
	sc.limit(o)
	return sc
}

// push opens a scope on the task's stack.
func (t *Task) push(sc *Scope) {
	sc.task, sc.parent, sc.co = t, t.Scope(), t.co
	t.scopes = append(t.scopes, sc)
	if t.co != nil {
		t.co.scopes++
	}
}

// pop closes the innermost scope.
func (t *Task) pop(sc *Scope) {
	sc.phase = closed
	t.scopes[len(t.scopes)-1] = nil
	t.scopes = t.scopes[:len(t.scopes)-1]
	if sc.failure != nil {
		t.cancels--
	}
	if sc.co != nil {
		sc.co.scopes--
	}
}

// limit sets the scope's timer.
func (sc *Scope) limit(o ScopeOptions) {
	now := sc.s.Now()
	when := o.Deadline
	if o.Timeout != 0 && (when == 0 || now+o.Timeout < when) {
		when = now + o.Timeout
	}
	if when == 0 {
		return
	}
	sc.timeout = when - now
	if when <= now {
		sc.expire()
		return
	}
	sc.s.timers.set(&sc.timer, when, sc)
}

// expire is the scope's timer.
func (sc *Scope) expire() {
	e := timeoutError(sc.kind, max(sc.timeout, 0))
	e.Where = sc.place.String()
	sc.Cancel(e)
}

// Task is the task on whose stack the scope is.
func (sc *Scope) Task() *Task { return sc.task }

// Parent is the enclosing scope; of a task's body the scope that owns the task, nil for the main task.
func (sc *Scope) Parent() *Scope { return sc.parent }

// Kind is what errors call it: "task", "scope", "timeout", …
func (sc *Scope) Kind() string { return sc.kind }

// Where is "file:line" where the scope was opened; of a task's body where the task was spawned.
func (sc *Scope) Where() string { return sc.place.String() }

// Ended tells whether the scope has been left.
func (sc *Scope) Ended() bool { return sc.phase == closed }

// Leaving tells whether its tasks have ended and its deferred functions run: it takes no more tasks.
func (sc *Scope) Leaving() bool { return sc.phase == closing }

// Failure is why the scope is cancelled; nil while it is not.
func (sc *Scope) Failure() *Failure { return sc.failure }

// SetValue keeps a value of the host under key, for everything inside the scope.
func (sc *Scope) SetValue(key, value any) {
	if sc.values == nil {
		sc.values = make(map[any]any, 1)
	}
	sc.values[key] = value
}

// Value gives what the nearest scope outwards keeps under key, across tasks; nil for nothing.
func (sc *Scope) Value(key any) any {
	for ; sc != nil; sc = sc.parent {
		if v, ok := sc.values[key]; ok {
			return v
		}
	}
	return nil
}

// adopt makes t a child. A scope that takes no more has it cancelled before it begins.
func (sc *Scope) adopt(t *Task) {
	t.body.parent = sc
	t.sibling = sc.children
	if sc.children != nil {
		sc.children.younger = t
	}
	sc.children = t
	sc.count++
	switch {
	case sc.failure != nil:
		t.body.cancel(sc.s.cancellation(sc.failure.reason()))
	case sc.phase != open:
		t.body.cancel(sc.s.cancellation("its scope has ended"))
	}
}

// ended takes a child out. A failed one cancels the scope, unless its failure is expected.
func (sc *Scope) ended(t *Task) {
	if t.younger != nil {
		t.younger.sibling = t.sibling
	} else {
		sc.children = t.sibling
	}
	if t.sibling != nil {
		t.sibling.younger = t.younger
	}
	t.younger, t.sibling = nil, nil
	sc.count--
	if t.status == Failed && !t.expected {
		sc.cancel(t.failure)
	}
	if sc.count == 0 {
		sc.task.Wake() // it may be leaving
	}
}
