package sched

import (
	"context"
	"sync"

	lua "github.com/yuin/gopher-lua"
)

// steps is how far work is that the running task waits for: the latest only.
type steps[S any] struct {
	mu     sync.Mutex
	latest S
	fresh  bool

	listening bool // the task waits for the next; the scheduler's
}

// AwaitSteps is Await without a limit for work that tells how far it is. step gets what was told last, in the task: it
// may wait and run Lua, and work goes on meanwhile. The last that was told is always given to it, the ones between
// only as far as there is time.
func AwaitSteps[S, T any](L *lua.LState, step func(S), work func(ctx context.Context, tell func(S)) (T, error)) (T, error) {
	s := mustFrom(L)
	t, told := s.cur, &steps[S]{}
	t.Check(L)
	a := &awaiting[T]{t: t}
	ctx, cancel := context.WithCancel(context.Background())
	tell := func(v S) {
		if told.put(v) {
			s.Post(func() { told.wake(t) })
		}
	}
	s.help(func() func() {
		value, err := protectedWork(ctx, func(ctx context.Context) (T, error) { return work(ctx, tell) })
		return func() {
			a.value, a.err, a.done = value, err, true
			told.wake(t)
		}
	})
	defer cancel()
	for {
		if v, ok := told.take(); ok {
			step(v)
		} else if a.done {
			return a.value, a.err
		} else {
			told.wait(L, t, &a.done)
		}
	}
}

// put says whether the task has to be told that there is something new.
func (w *steps[S]) put(v S) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.fresh
	w.latest, w.fresh = v, true
	return !was
}

func (w *steps[S]) take() (v S, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	v, ok, w.fresh = w.latest, w.fresh, false
	return v, ok
}

func (w *steps[S]) wait(L *lua.LState, t *Task, done *bool) {
	w.listening = true
	defer func() { w.listening = false }()
	t.WaitFor(L, -1, func() bool { return *done || w.isFresh() })
}

func (w *steps[S]) isFresh() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fresh
}

// wake ends the wait, if the task is in it: step may have it wait for something else.
func (w *steps[S]) wake(t *Task) {
	if w.listening {
		t.Wake()
	}
}
