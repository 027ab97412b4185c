package sched

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// Clock is the source of time. Its methods may be called from any goroutine; f runs on one of its own.
type Clock interface {
	Now() time.Time
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// Config is what a Scheduler learns from outside; its zero value works.
type Config struct {
	// Clock is the source of time; nil is the system's.
	Clock Clock
	// Grace is how long the deferred functions of one scope may take, and again its releases; zero is 5 s.
	Grace time.Duration
	// OwnedBy gives the resource that a Lua value stands for; nil means that no value stands for one.
	OwnedBy func(lua.LValue) (Owned, bool)
	// Unraised is told of an error of a deferred function that nobody gets to see, because its scope had failed
	// already or another one failed first; nil means that nobody wants to know. Scheduler's goroutine.
	Unraised func(*luavalue.Error)
	// Debug keeps the Go stack of a panic in the traceback of the error that is made of it.
	Debug bool
}

// registryKey is where a Lua state keeps its scheduler.
const registryKey = "pierun.sched"

// Scheduler runs tasks on one Lua state. Make it with New.
type Scheduler struct {
	cfg     Config
	clock   Clock
	started time.Time
	l       *lua.LState
	threads threads
	handler *lua.LFunction // of every protected call
	sayers  []lua.LValue   // error and assert
	hooked  bool           // the instruction table works; else threads are polled

	cur   *Task   // whose slice it is
	ready []*Task // in the order of their turns
	spare []*Task // the list before it, to be filled again

	pace    pace
	hogs    []*Task // preempted, in the order of their turns
	rounds  uint
	timers  timers
	inbox   inbox
	driver  driver
	until   func() bool // when the loop that is on ends
	monitor monitor
	aside   func()        // what the running task wants to be run on this goroutine's stack
	thrown  any           // … and what that has panicked with
	slice   atomic.Uint64 // odd while a task runs
	seen    atomic.Uint64 // what the monitor saw last
	flag    atomic.Bool   // the running task shall look up
	holds   atomic.Int64  // outstanding I/O
	helpers sync.WaitGroup

	running     bool
	root        *Scope
	live        taskList // all tasks that have not ended
	shells      []*shell // idle
	coroutines  coroutineList
	reap        []*coroutine // dropped by the script, to be ended
	reaping     bool
	signal      lua.LValue // what a cancelled task raises
	owned       uint64     // counts, for the order of releases
	spawned     uint64     // counts, for names
	preemptions uint64
	probed      bool // the hook has fired outside of a task
}

// New makes a scheduler with its Lua state: the standard libraries opened and made aware of tasks. It panics when the
// gopher-lua that it is linked with does not behave as the one in go.mod.
func New(cfg Config) *Scheduler {
	if cfg.Clock == nil {
		cfg.Clock = systemClock{}
	}
	if cfg.Grace == 0 {
		cfg.Grace = 5 * time.Second
	}
	installHook()
	s := &Scheduler{cfg: cfg, clock: cfg.Clock, started: cfg.Clock.Now(), inbox: newInbox(), hooked: true}
	s.pace.s = s
	s.l = newState()
	s.threads = newThreads(s.l)
	s.l.G.Registry.RawSetString(registryKey, &lua.LUserData{Value: s, Metatable: lua.LNil})
	s.handler = s.l.NewFunction(s.caught)
	s.openLibraries()
	s.verify()
	return s
}

// newState opens a Lua state whose threads are small and may grow.
func newState() *lua.LState {
	l := lua.NewState(lua.Options{
		RegistrySize: 1024, RegistryMaxSize: 1 << 20, RegistryGrowStep: 1024,
		CallStackSize: callDepth, MinimizeStackMemory: true,
		IncludeGoStackTrace: true, // a full stack is a Go panic, and only so says where
	})
	// Threads copy these. NewState itself would not take a registry below 128.
	l.Options.RegistrySize = 32
	l.Options.RegistryGrowStep = 96
	return l
}

// From gives the scheduler of a Lua thread; nil if it has none.
func From(L *lua.LState) *Scheduler {
	if u, ok := L.G.Registry.RawGetString(registryKey).(*lua.LUserData); ok {
		s, _ := u.Value.(*Scheduler)
		return s
	}
	return nil
}

// L is the main Lua state, for setting globals and making values. No script code runs on it.
func (s *Scheduler) L() *lua.LState { return s.l }

// Clock is the clock of the Config.
func (s *Scheduler) Clock() Clock { return s.clock }

// Now is the time since New on the Clock. Any goroutine.
func (s *Scheduler) Now() time.Duration { return s.clock.Now().Sub(s.started) }

// Current is the running task; nil outside of one.
func (s *Scheduler) Current() *Task { return s.cur }

// Root is the scope of the main function; nil before the first Run.
func (s *Scheduler) Root() *Scope { return s.root }

// Preemptions is how often a busy task had to make room.
func (s *Scheduler) Preemptions() uint64 { return s.preemptions }

// Hold says that something outside may still wake a task (an answer, an event), so that waiting for it is no
// deadlock. Each Hold is paired with one Release. Any goroutine.
func (s *Scheduler) Hold() { s.holds.Add(1) }

// Release ends a Hold: call it after the Post that brought the event, or inside it. Any goroutine.
func (s *Scheduler) Release() {
	if n := s.holds.Add(-1); n == 0 {
		s.inbox.signal()
	} else if n < 0 {
		panic(fmt.Sprintf("sched: %d more Release than Hold", -n))
	}
}

// loop runs tasks until a condition holds.
func (s *Scheduler) loop(until func() bool) {
	s.until = until
	for {
		s.inbox.run()
		s.fireTimers()
		if until() {
			return
		}
		if !s.turn() {
			s.idle()
		}
	}
}

// idle waits until something is posted or a timer is due. If nothing can ever happen, the waiting tasks are told.
func (s *Scheduler) idle() {
	if s.hopeless() && s.deadlocked() {
		return
	}
	s.arm()
	s.rest()
}

// hopeless tells whether nothing is under way that could wake a task.
func (s *Scheduler) hopeless() bool {
	return len(s.timers.list) == 0 && s.holds.Load() == 0 && !s.inbox.some()
}
