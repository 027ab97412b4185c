package sched

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// awaiting is the meeting point of a task and the goroutine that works for it. Scheduler's goroutine, except work.
type awaiting[T any] struct {
	t     *Task
	late  func(T)
	value T
	err   error
	done  bool // the work has ended
	gone  bool // the task does not wait any more
}

// Await runs work on a goroutine of its own and suspends the running task until it has ended; meanwhile no deadlock
// is reported. A negative timeout is no limit; one that passes gives an error of kind timeout. When the task leaves
// before work has ended (timeout, cancel) the context of work is cancelled, the task goes on or raises at once, and a
// result that still comes is given to late, on the scheduler's goroutine (nil: dropped). A panic of work is an error.
//
// Run does not return before work has, or the grace has passed: work must heed its context.
func Await[T any](L *lua.LState, timeout time.Duration, work func(context.Context) (T, error), late func(T)) (T, error) {
	s := mustFrom(L)
	s.cur.Check(L)
	a := &awaiting[T]{t: s.cur, late: late}
	ctx, cancel := context.WithCancel(context.Background())
	s.help(func() func() {
		value, err := protectedWork(ctx, work)
		return func() { a.finish(value, err) }
	})
	taken := false
	defer func() {
		cancel()
		a.leave(taken)
	}()
	if !s.cur.WaitFor(L, timeout, func() bool { return a.done }) {
		var zero T
		return zero, timeoutError("it took too long", timeout)
	}
	taken = true
	return a.value, a.err
}

// help runs work on a goroutine and then what it returns on the scheduler's.
func (s *Scheduler) help(work func() func()) {
	s.helpers.Add(1)
	s.apart(work, s.helpers.Done)
}

// apart is help that Run does not wait for; ended is called behind it, on its goroutine.
func (s *Scheduler) apart(work func() func(), ended func()) {
	s.Hold()
	go func() {
		defer ended()
		finish := work()
		s.Post(func() {
			finish()
			s.Release()
		})
	}()
}

func (a *awaiting[T]) finish(value T, err error) {
	a.value, a.err, a.done = value, err, true
	if a.gone {
		a.drop()
		return
	}
	a.t.Wake()
}

// leave is called when the task goes on, with its result taken or not.
func (a *awaiting[T]) leave(taken bool) {
	a.gone = true
	if a.done && !taken {
		a.drop()
	}
}

func (a *awaiting[T]) drop() {
	if a.err == nil && a.late != nil {
		a.late(a.value)
	}
}

func protectedWork[T any](ctx context.Context, work func(context.Context) (T, error)) (value T, err error) {
	defer func() {
		if r := recover(); r != nil {
			e := luavalue.Errorf(luavalue.KindScript, "the host failed: %v", r)
			e.Traceback = string(debug.Stack())
			e.Cause = fmt.Errorf("panic: %v", r)
			err = e
		}
	}()
	return work(ctx)
}
