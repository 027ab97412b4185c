package sched

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	lua "github.com/yuin/gopher-lua"
)

// visits are what other goroutines bring to a scheduler: take() waits for the next one.
type visits struct {
	h       *host
	task    *Task
	waiting int
}

func newVisits(h *host) *visits {
	v := &visits{h: h}
	h.l.SetGlobal("take", h.l.NewFunction(func(L *lua.LState) int {
		v.task = h.Current()
		h.Hold()
		defer h.Release()
		v.task.WaitFor(L, -1, func() bool { return v.waiting > 0 })
		v.waiting--
		return 0
	}))
	return v
}

// bring is what a driver has to tell. Any goroutine.
func (v *visits) bring() {
	v.h.Post(func() {
		v.waiting++
		if v.task != nil {
			v.task.Wake()
		}
	})
}

// bringIfDriven brings nothing unless the scheduler was found waiting.
func (v *visits) bringIfDriven() {
	if v.h.inbox.wheel.Load() == wheelLent {
		v.bring()
	}
}

// start runs code beside the test; the result is read from the channel.
func (h *host) start(ctx context.Context, code string) <-chan error {
	h.t.Helper()
	fn, ended := h.compile(code), make(chan error, 1)
	go func() { ended <- h.Run(ctx, fn) }()
	return ended
}

func never() { panic("nobody was late") }

// TestDriveRunsTheTasks: while the scheduler waits, who drives has run the tasks when it comes back.
func TestDriveRunsTheTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		v := newVisits(h)
		ended := h.start(context.Background(), `for i = 1, 3 do take() log(i) end`)
		for i := 1; i <= 3; i++ {
			synctest.Wait()
			h.Drive(v.bring, func() {})
			if len(h.log) != i {
				t.Fatalf("%d turns were taken after %d drives", len(h.log), i)
			}
		}
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	})
}

// TestDriveOfABusyScheduler: while it runs, or when there is no Run, driving only tells.
func TestDriveOfABusyScheduler(t *testing.T) {
	h := newHost(t)
	v := newVisits(h)
	h.Drive(func() {}, never)
	h.l.SetGlobal("visit", h.l.NewFunction(func(*lua.LState) int {
		told := make(chan struct{})
		go h.Drive(func() { v.bring(); close(told) }, never)
		<-told
		return 0
	}))
	h.ok(`spawn(take) switch() visit() switch()`)
	h.Drive(func() {}, never)
}

// TestDriveSettlesWhatFollows: ends, deadlocks, timers and cancels are the same whoever drives.
func TestDriveSettlesWhatFollows(t *testing.T) {
	for name, c := range map[string]struct{ code, want string }{
		"end":      {`take() log "end"`, ""},
		"exit":     {`take() exit(3)`, "exit 3"},
		"deadlock": {`take() stuck()`, "t.lua:1: deadlock: nothing can wake this task any more"},
		"sleep":    {`take() sleep(5) log "end"`, ""},
		"timeout":  {`take() timeout(5, forever)`, "t.lua:1: timeout: timeout: 5s passed"},
		"error":    {`take() error("x", 0)`, "x"},
		"others":   {`spawn(function() for i = 1, 3 do switch() end end) take()`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHost(t)
				v := newVisits(h)
				h.l.SetGlobal("exit", h.l.NewFunction(func(L *lua.LState) int { h.Exit(L, L.CheckInt(1)); return 0 }))
				ended := h.start(context.Background(), c.code)
				synctest.Wait()
				h.Drive(v.bring, func() {})
				if err := <-ended; outcomeOf(err) != c.want {
					t.Fatalf("got %q, want %q", outcomeOf(err), c.want)
				}
			})
		})
	}
}

func outcomeOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestLateDriverIsReplaced: a task that computes for long has somebody else do what the driver has left undone, and the
// scheduler's own goroutine goes on behind the task's turn.
func TestLateDriverIsReplaced(t *testing.T) {
	h := newHost(t)
	v := newVisits(h)
	var late atomic.Int32
	h.l.SetGlobal("late", h.l.NewFunction(func(L *lua.LState) int { L.Push(lua.LBool(late.Load() > 0)); return 1 }))
	ended := h.start(context.Background(), `for i = 1, 2 do take() end  while not late() do end  log "on"  switch()  take()`)
	for late.Load() == 0 {
		h.Drive(v.bringIfDriven, func() { late.Add(1) })
	}
	v.bring()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	h.logged("on")
	if n := late.Load(); n != 1 {
		t.Errorf("it was replaced %d times", n)
	}
}

// TestCancelWhileDriven: the end of the context reaches a script that somebody else runs.
func TestCancelWhileDriven(t *testing.T) {
	h := newHost(t)
	v := newVisits(h)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	why := errors.New("enough")
	ended := h.start(ctx, `take() while true do end`)
	for ctx.Err() == nil {
		h.Drive(v.bringIfDriven, func() { cancel(why) })
	}
	if err := <-ended; !errors.Is(err, why) {
		t.Fatal(err)
	}
}

// TestDriversMeet: whatever drives, posts and signals at the same time, nothing of it is lost or done twice.
func TestDriversMeet(t *testing.T) {
	const drivers, rounds = 4, 2000
	h := newHost(t)
	v := newVisits(h)
	h.l.SetGlobal("rounds", lua.LNumber(drivers*rounds))
	ended := h.start(context.Background(), `for i = 1, rounds do take() end log "all"`)
	var all sync.WaitGroup
	for n := range drivers {
		all.Go(func() {
			for i := range rounds {
				switch (n + i) % 3 {
				case 0:
					v.bring()
				case 1:
					h.Drive(v.bring, func() {})
				default:
					h.Hold()
					h.Drive(v.bring, func() {})
					h.Release()
				}
			}
		})
	}
	all.Wait()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	h.logged("all")
}
