package sched

import (
	"fmt"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// Status is what a script sees of a task.
type Status string

// What a task can be. A task is running until its scope has ended too.
const (
	Running   Status = "running"
	Done      Status = "done"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
)

// state is what the scheduler does with a task.
type state uint8

const (
	queued    state = iota // in the ready list
	active                 // its slice is on
	waiting                // until Wake or its timer
	preempted              // among the hogs
	ended
)

// Task is one thread of control of the script. It is used on the scheduler's goroutine only.
type Task struct {
	s        *Scheduler
	id       uint64
	name     string // "": named by its id
	fn       *lua.LFunction
	args     []lua.LValue
	expected bool // see SpawnOptions

	shell  *shell // from the first slice to the end
	state  state
	status Status
	co     *coroutine // the innermost Lua coroutine that runs in it
	depth  int        // of coroutines
	raised *Failure   // what it raised again last, for the traceback

	body    Scope    // of the function
	scopes  []*Scope // the body, and what was opened inside, outermost first
	bottom  [2]*Scope
	cancels int // how many of them are cancelled

	waitL    *lua.LState // where it waits, while it does and may be interrupted
	timer    *timer      // of the wait; nil: it has never had one
	timedOut bool
	stuck    *luavalue.Error // the deadlock that ends the wait

	locals   *local // see Local
	results  []lua.LValue
	failure  *Failure
	watchers []*Task // told at the end
	ends     []func(*Task)

	next, prev       *Task // all that live
	younger, sibling *Task // in the owner's list of children
}

// SpawnOptions say how a task differs from a plain one.
type SpawnOptions struct {
	Name     string      // "": "task N"
	Expected bool        // its failure is expected by whoever spawned it and does not cancel the scope
	OnEnd    func(*Task) // called once after the task has ended; must not wait
}

// Spawn starts fn as a task of a scope; nil is the innermost of the running task. It begins at its next turn, or
// a little later while many answers are due (see Expect).
func (s *Scheduler) Spawn(scope *Scope, fn *lua.LFunction, args ...lua.LValue) *Task {
	return s.SpawnWith(scope, SpawnOptions{}, fn, args...)
}

// SpawnWith is Spawn with options. In a scope that is cancelled or has ended the task ends at once, cancelled.
func (s *Scheduler) SpawnWith(scope *Scope, o SpawnOptions, fn *lua.LFunction, args ...lua.LValue) *Task {
	if scope == nil && s.cur != nil {
		scope = s.cur.Scope()
	}
	t := s.newTask(o, fn, args)
	if scope != nil {
		scope.adopt(t)
	}
	s.ready = append(s.ready, t)
	return t
}

func (s *Scheduler) newTask(o SpawnOptions, fn *lua.LFunction, args []lua.LValue) *Task {
	s.spawned++
	t := &Task{s: s, id: s.spawned - 1, fn: fn, args: args, name: o.Name, status: Running, expected: o.Expected}
	t.body = Scope{s: s, task: t, kind: "task"}
	if s.cur != nil {
		t.body.place, t.locals = PlaceOf(s.cur.thread().L), s.cur.locals
	}
	t.scopes = append(t.bottom[:0], &t.body)
	if o.OnEnd != nil {
		t.ends = append(t.ends, o.OnEnd)
	}
	s.live.add(t)
	return t
}

// begin gives the task a shell to run on: one that another task has left, if there is any by then.
func (t *Task) begin() {
	t.shell = t.s.shell()
	t.shell.job = t.run
}

// run is the job of the task's shell.
func (t *Task) run() {
	sh := t.shell
	t.s.l.G.CurrentThread = sh.L
	var failure *Failure
	if t.body.failure == nil {
		sh.L.Push(t.fn)
		for _, a := range t.args {
			sh.L.Push(a)
		}
		failure = sh.call(len(t.args))
	}
	t.fn, t.args = nil, nil
	t.unwind(failure)
	n := sh.L.GetTop()
	t.body.leave(sh.L, failure, n)
	t.settle(n)
	sh.L.SetTop(0)
	t.state = ended
}

// unwind leaves the scopes that a Go panic has jumped over, innermost first.
func (t *Task) unwind(failure *Failure) {
	for len(t.scopes) > 1 {
		sc := t.scopes[len(t.scopes)-1]
		sc.leave(t.shell.L, failure, 0)
		t.pop(sc)
	}
	t.co, t.depth = nil, 0
}

// settle decides what the task has become, with its n results on the stack.
func (t *Task) settle(n int) {
	switch f := t.body.failure; {
	case f == nil:
		t.status = Done
		for i := 1; i <= n; i++ {
			t.results = append(t.results, t.shell.L.Get(i))
		}
	case f.asked:
		t.status, t.failure = Cancelled, f
	default:
		t.status, t.failure = Failed, f.ofTask(t)
	}
}

// retire takes an ended task out of the scheduler and tells whoever waits for it.
func (s *Scheduler) retire(t *Task) {
	s.live.remove(t)
	s.giveBack(t.shell)
	t.shell = nil
	if owner := t.body.parent; owner != nil {
		owner.ended(t)
	}
	for _, w := range t.watchers {
		w.Wake()
	}
	t.watchers = nil
	for _, f := range t.ends {
		f(t)
	}
	t.ends = nil
}

// thread is the shell whose Lua code is running: the task's own, or that of its innermost coroutine.
func (t *Task) thread() *shell {
	if t.co != nil {
		return t.co.shell
	}
	return t.shell
}

// Scope is the innermost scope that is open in the task.
func (t *Task) Scope() *Scope { return t.scopes[len(t.scopes)-1] }

// Body is the scope of the task's function, the outermost one.
func (t *Task) Body() *Scope { return &t.body }

// Name is what errors and the log call the task.
func (t *Task) Name() string {
	if t.name == "" {
		return fmt.Sprintf("task %d", t.id)
	}
	return t.name
}

// SetName changes the name.
func (t *Task) SetName(name string) { t.name = name }

// Status is what a script sees.
func (t *Task) Status() Status { return t.status }

// Ended tells whether the task and everything that it owned has ended.
func (t *Task) Ended() bool { return t.status != Running }

// Where is "file:line" of the spawn, "" for the main task.
func (t *Task) Where() string { return t.body.place.String() }

// Results is what the function returned; nil unless done.
func (t *Task) Results() []lua.LValue { return t.results }

// Err is why the task failed or was cancelled, nil otherwise.
func (t *Task) Err() *luavalue.Error {
	if t.failure == nil {
		return nil
	}
	return t.failure.Err(t.s.l)
}

// Failure is why the task failed, with the value that was raised; nil unless it failed or was cancelled.
func (t *Task) Failure() *Failure { return t.failure }

// Cancel asks the task to end; it does not wait. reason is for the error message and may be empty.
func (t *Task) Cancel(reason string) { t.body.cancel(t.s.cancellation(reason)) }
