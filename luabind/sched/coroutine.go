package sched

import (
	"runtime"
	"weak"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// maxNesting is how deep coroutines may resume each other: each level is a Go stack of its own.
const maxNesting = 190

// costatus is what coroutine.status says.
type costatus string

const (
	coSuspended costatus = "suspended"
	coRunning   costatus = "running"
	coNormal    costatus = "normal"
	coDead      costatus = "dead"
)

// coroutine is a Lua coroutine on a shell of its own, so that it can yield through pcall, metamethods and callbacks.
//
// The script holds a small handle; the coroutine knows it only weakly. When the script drops the handle of a
// coroutine that has begun and not ended, the coroutine is killed: whatever it does next raises.
type coroutine struct {
	s       *Scheduler
	fn      *lua.LFunction
	handle  weak.Pointer[lua.LState]
	shell   *shell // nil before the first resume and after the end
	status  costatus
	resumer *coroutine // whose resume runs it; nil: the task's own thread
	scopes  int        // how many are open inside
	killed  bool
	xfer    []lua.LValue // arguments in, results out
	failure *Failure

	next, prev *coroutine // all that have begun and not ended
}

// coroutineList is the list of all coroutines that have begun and not ended.
type coroutineList struct{ first *coroutine }

func (l *coroutineList) add(c *coroutine) {
	c.next = l.first
	if c.next != nil {
		c.next.prev = c
	}
	l.first = c
}

func (l *coroutineList) remove(c *coroutine) {
	if c.prev != nil {
		c.prev.next = c.next
	} else {
		l.first = c.next
	}
	if c.next != nil {
		c.next.prev = c.prev
	}
	c.next, c.prev = nil, nil
}

// newCoroutine gives the handle of a new coroutine. Nothing is spent on it before the first resume.
func (s *Scheduler) newCoroutine(fn *lua.LFunction) *lua.LState {
	c := &coroutine{s: s, fn: fn, status: coSuspended}
	// A handle is no thread that could run: it only has the type of one, and says whose it is.
	h := &lua.LState{G: s.l.G, Env: &lua.LTable{Metatable: &lua.LUserData{Value: c}}}
	c.handle = weak.Make(h)
	return h
}

// coroutineOf gives the coroutine of a handle; nil for any other thread.
func coroutineOf(h *lua.LState) *coroutine {
	if h == nil || h.Env == nil {
		return nil
	}
	if u, ok := h.Env.Metatable.(*lua.LUserData); ok {
		c, _ := u.Value.(*coroutine)
		return c
	}
	return nil
}

// begin gives the coroutine a shell and sees to it that it is killed when the script drops it.
func (c *coroutine) begin(h *lua.LState) {
	c.shell = c.s.shell()
	c.shell.job = c.run
	c.s.coroutines.add(c)
	runtime.AddCleanup(h, func(c *coroutine) {
		c.s.Post(func() { c.s.drop(c) })
	}, c)
}

// run is the job of the shell.
func (c *coroutine) run() {
	sh := c.shell
	sh.L.Push(c.fn)
	c.failure = sh.call(pushAll(sh.L, c.xfer))
	c.xfer = c.xfer[:0]
	if c.failure == nil {
		c.take(sh.L)
	}
	sh.L.SetTop(0)
	c.status = coDead
}

// take moves the values on L, the running function's, into xfer.
func (c *coroutine) take(L *lua.LState) {
	for i, n := 1, L.GetTop(); i <= n; i++ {
		c.xfer = append(c.xfer, L.Get(i))
	}
}

// resume runs the coroutine of h until it yields or ends, with the values from index first on of L. The results are
// in c.xfer; the failure is not raised.
func (s *Scheduler) resume(L *lua.LState, h *lua.LState, first int) (*coroutine, *Failure) {
	c := coroutineOf(h)
	t := s.cur
	if c == nil || t == nil {
		return nil, plainFailure("cannot resume a thread that is not a coroutine")
	}
	if c.status != coSuspended {
		return nil, plainFailure("cannot resume " + string(c.status) + " coroutine")
	}
	if t.depth >= maxNesting {
		return nil, plainFailure("C stack overflow (coroutines nested too deep)")
	}
	c.xfer = c.xfer[:0]
	for i, n := first, L.GetTop(); i <= n; i++ {
		c.xfer = append(c.xfer, L.Get(i))
	}
	if c.shell == nil {
		c.begin(h)
	}
	c.enter(L, t)
	runtime.KeepAlive(h)
	f := c.failure
	c.failure = nil
	return c, f
}

// enter switches to the coroutine and back.
func (c *coroutine) enter(L *lua.LState, t *Task) {
	current := L.G.CurrentThread
	c.resumer, t.co = t.co, c
	if c.resumer != nil {
		c.resumer.status = coNormal
	}
	t.depth++
	c.status = coRunning
	L.G.CurrentThread = c.shell.L
	c.shell.next()
	L.G.CurrentThread = current
	t.depth--
	t.co, c.resumer = c.resumer, nil
	if t.co != nil {
		t.co.status = coRunning
	}
	if c.status == coDead {
		c.end()
	}
}

// end gives the shell back.
func (c *coroutine) end() {
	c.s.coroutines.remove(c)
	c.s.giveBack(c.shell)
	c.shell, c.fn = nil, nil
}

func plainFailure(message string) *Failure { return &Failure{Value: lua.LString(message)} }

// yield(…) of the script. L is the thread of the innermost coroutine.
func (s *Scheduler) coYield(L *lua.LState) int {
	t := s.cur
	if t == nil || t.co == nil {
		L.RaiseError("attempt to yield from outside a coroutine")
	}
	t.Check(L)
	c := t.co
	if c.scopes > 0 {
		luavalue.Raise(L, luavalue.Errorf(luavalue.KindUsage, "coroutine.yield cannot leave a scope that was opened inside the coroutine").
			WithOp("coroutine.yield").WithHint("open the scope around the loop that resumes the coroutine"))
	}
	c.xfer = c.xfer[:0]
	c.take(L)
	c.status = coSuspended
	c.shell.yield(struct{}{})
	s.cur.Check(L)
	return pushAll(L, c.xfer)
}

// drop has a coroutine that the script cannot reach any more killed, by a task: its pcalls and metamethods may run Lua.
func (s *Scheduler) drop(c *coroutine) {
	if c.status != coSuspended || c.shell == nil {
		return
	}
	s.reap = append(s.reap, c)
	if !s.reaping && s.running {
		s.reaping = true
		s.spawnInternal("reaper", func(L *lua.LState) int { s.reapAll(L); return 0 })
	}
}

// reapAll kills what was dropped.
func (s *Scheduler) reapAll(L *lua.LState) {
	for len(s.reap) > 0 {
		c := s.reap[len(s.reap)-1]
		s.reap = s.reap[:len(s.reap)-1]
		s.kill(L, c)
	}
	s.reaping = false
}

// kill unwinds a suspended coroutine.
func (s *Scheduler) kill(L *lua.LState, c *coroutine) {
	if c.status != coSuspended || c.shell == nil {
		return
	}
	c.killed = true
	c.enter(L, s.cur)
	c.failure = nil
}

// spawnInternal starts a task of the scheduler's own: it has no scope above it.
func (s *Scheduler) spawnInternal(name string, f lua.LGFunction) *Task {
	t := s.newTask(SpawnOptions{Name: name}, s.l.NewFunction(f), nil)
	s.ready = append(s.ready, t)
	return t
}
