package sched

import (
	"iter"
	"runtime/debug"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

const (
	// callDepth is how deep Lua functions nest in a task; the main task, where deep recursion is most likely to be
	// tried, gets more. A traceback costs the square of it, and each thread a byte per frame.
	callDepth     = 1000
	mainCallDepth = 4000

	// idleShells is how many shells wait for the next task or coroutine.
	idleShells = 4096
)

// shell is a Lua thread and a Go coroutine that runs one job after the other on it: the body of a task or of a Lua
// coroutine. Making one costs fifty times what a job costs, so they are pooled.
type shell struct {
	s        *Scheduler
	L        *lua.LState
	next     func() (struct{}, bool) // runs the job until it waits or ends
	stop     func()                  // ends an idle shell
	yield    func(struct{}) bool     // leaves the job, back to whoever called next
	job      func()                  // nil: idle
	protects []protection            // the protected calls on this thread, outermost first
	broken   bool                    // a Go panic went past the Lua machine: not to be used again
}

// shell takes an idle shell, or makes one.
func (s *Scheduler) shell() *shell {
	if n := len(s.shells); n > 0 {
		sh := s.shells[n-1]
		s.shells[n-1] = nil
		s.shells = s.shells[:n-1]
		return sh
	}
	return s.newShell(callDepth)
}

func (s *Scheduler) newShell(depth int) *shell {
	sh := &shell{s: s, L: s.newThread(depth)}
	sh.next, sh.stop = iter.Pull(func(yield func(struct{}) bool) {
		sh.yield = yield
		for {
			if sh.job != nil {
				sh.job()
				sh.job = nil
			}
			if !yield(struct{}{}) {
				return
			}
		}
	})
	return sh
}

func (s *Scheduler) newThread(depth int) *lua.LState {
	th := s.threads.make(depth)
	keepUpvalues(th)
	if !s.hooked {
		s.poll(th)
	}
	return th
}

// giveBack puts a shell whose job has ended into the pool.
func (s *Scheduler) giveBack(sh *shell) {
	if sh.broken || len(s.shells) >= idleShells {
		sh.stop()
		return
	}
	s.shells = append(s.shells, sh)
}

// stopShells ends the idle shells and with them their goroutines.
func (s *Scheduler) stopShells() {
	for _, sh := range s.shells {
		sh.stop()
	}
	clear(s.shells)
	s.shells = s.shells[:0]
}

// call runs the function below nargs arguments and gives its failure. It is what a job is made of: a Go panic that
// the machine lets through becomes a failure too, and the shell gets a fresh thread, as the old one is in disorder.
func (sh *shell) call(nargs int) (f *Failure) {
	defer func() {
		if r := recover(); r != nil {
			f = sh.s.escaped(r)
			sh.broken, sh.protects = true, nil
			sh.L = sh.s.newThread(callDepth)
			sh.s.l.G.CurrentThread = sh.L
		}
	}()
	return sh.s.protect(sh.L, nargs, lua.MultRet, protection{full: true})
}

// escaped is the failure for a Go panic that went past the machine.
func (s *Scheduler) escaped(r any) *Failure {
	e := luavalue.Errorf(luavalue.KindScript, "the Lua machine failed: %v", r)
	if s.cfg.Debug {
		e.Traceback = string(debug.Stack())
	}
	return &Failure{Value: e.Value(s.l), err: e, trace: e.Traceback}
}
