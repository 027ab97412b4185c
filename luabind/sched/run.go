package sched

import (
	"context"
	"errors"
	"fmt"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// ExitError is how a script ends itself with a code of its own.
type ExitError struct{ Code int }

// Error names the code.
func (e *ExitError) Error() string { return fmt.Sprintf("exit %d", e.Code) }

// Run runs main as the first task, on the calling goroutine, until its scope has ended: all tasks are gone then, all
// deferred functions have run, and what the scopes owned is released. When ctx ends, that scope is cancelled and Run
// returns the cause of ctx. Otherwise the error is the script's: *luavalue.Error, with its traceback, or *ExitError.
//
// No goroutine of the scheduler is left when Run returns, except for work of Await that does not heed its context.
// Run may be called again, but not twice at the same time.
func (s *Scheduler) Run(ctx context.Context, main *lua.LFunction, args ...lua.LValue) error {
	if s.running {
		return errors.New("sched: this scheduler runs already")
	}
	s.running = true
	defer func() { s.running = false }()
	s.startMonitor()
	t := s.startMain(main, args)
	stop := context.AfterFunc(ctx, func() { s.Post(func() { t.body.end(context.Cause(ctx)) }) })
	s.loop(func() bool { return t.state == ended })
	stop()
	s.finish()
	return s.outcome(t)
}

// startMain makes the main task, whose shell allows for deeper calls than others.
func (s *Scheduler) startMain(main *lua.LFunction, args []lua.LValue) *Task {
	t := s.newTask(SpawnOptions{Name: "main"}, main, args)
	t.shell = s.newShell(mainCallDepth)
	t.shell.job = t.run
	t.body.kind = "script"
	s.root = &t.body
	s.ready = append(s.ready, t)
	return t
}

// end cancels the scope for a cause from outside, which Run returns.
func (sc *Scope) end(cause error) { sc.cancel(sc.s.ending(cause)) }

// ending is the failure for a cause from outside.
func (s *Scheduler) ending(cause error) *Failure {
	e := cancelledError(cause.Error())
	e.Cause = cause
	if own, ok := errors.AsType[*luavalue.Error](cause); ok {
		e = own
	}
	return &Failure{Value: e.Value(s.l), err: e, asked: true, cause: cause}
}

// Exit ends the script: its root scope is cancelled and Run returns *ExitError, nil for code 0. It never returns. In a
// deferred function of that scope, which is being left already, it takes the place of why.
func (s *Scheduler) Exit(L *lua.LState, code int) {
	mustFrom(L)
	if s.root.phase == open {
		s.root.end(&ExitError{Code: code})
	} else {
		s.root.replace(L, s.ending(&ExitError{Code: code}))
	}
	s.raiseSignal(L)
}

// osExit is os.exit([code]) of the script.
func (s *Scheduler) osExit(L *lua.LState) int {
	code := 0
	switch v := L.Get(1).(type) {
	case lua.LBool:
		if !v {
			code = 1
		}
	case lua.LNumber:
		code = int(v)
	}
	s.Exit(L, code)
	return 0
}

// finish ends what is left when the main task has: abandoned coroutines, helpers, idle shells, the monitor.
func (s *Scheduler) finish() {
	reaper := s.spawnInternal("reaper", func(L *lua.LState) int {
		for c := s.coroutines.first; c != nil; c = s.coroutines.first {
			if s.kill(L, c); s.coroutines.first == c {
				s.coroutines.remove(c) // a broken one: it cannot be unwound
			}
		}
		return 0
	})
	s.loop(func() bool { return reaper.state == ended && s.live.count == 0 })
	s.waitHelpers()
	s.inbox.run()
	s.disarm()
	s.stopShells()
	s.stopMonitor()
	s.hogs = nil
}

// waitHelpers waits for the goroutines of Await, for as long as the grace.
func (s *Scheduler) waitHelpers() {
	gone := false
	go func() {
		s.helpers.Wait()
		s.Post(func() { gone = true })
	}()
	late := false
	stop := s.clock.AfterFunc(s.cfg.Grace, func() { s.Post(func() { late = true }) })
	defer stop()
	for !gone && !late {
		s.rest()
		s.inbox.run()
	}
}

// outcome is what Run returns.
func (s *Scheduler) outcome(t *Task) error {
	f := t.failure
	switch {
	case f == nil:
		return nil
	case f.cause != nil:
		if exit, ok := errors.AsType[*ExitError](f.cause); ok && exit.Code == 0 {
			return nil
		}
		return f.cause
	}
	return f.Err(s.l)
}
