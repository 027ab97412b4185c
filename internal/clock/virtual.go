package clock

import (
	"container/heap"
	"context"
	"fmt"
	"sync"
	"time"
)

// Virtual is time that stands still until Advance moves it. Make one with NewVirtual. All goroutines may use it.
//
// Timers run in the order of their times, those of one time in the order they were set, each to its end before the
// next one: a timer that sets another within the stretch is honoured. Between timers Advance waits until nothing is
// in flight (see Busy), or time would pass beside work that is still under way.
type Virtual struct {
	mu     sync.Mutex
	now    time.Time
	timers timerHeap
	set    int64 // timers set so far; orders those of one time
	busy   int64
	change chan struct{} // closed and replaced whenever busy, or the number of timers, changes
}

// NewVirtual makes a clock that shows start. The zero time is allowed.
func NewVirtual(start time.Time) *Virtual {
	return &Virtual{now: start, change: make(chan struct{})}
}

// Now is the time that the clock shows.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// AfterFunc runs f on a goroutine of its own once Advance has moved d further; a d of 0 or less is due at the next
// Advance, also one by 0. stop reports whether it came before that.
func (v *Virtual) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	t := &timer{at: v.now.Add(max(d, 0)), order: v.set, f: f}
	v.set++
	heap.Push(&v.timers, t)
	v.changed()
	return func() bool { return v.stop(t) }
}

// Busy adds delta to what is in flight: bytes written and not yet read, work begun and not yet done. Who adds must
// take away again. Below zero it panics, since then somebody's accounts are wrong.
func (v *Virtual) Busy(delta int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.busy += int64(delta)
	if v.busy < 0 {
		panic(fmt.Sprintf("clock: %d more taken away than was in flight", -v.busy))
	}
	v.changed()
}

// Advance moves the clock by d and runs what falls due on the way. It returns when all of that has run and nothing is
// in flight, or with ctx's cause when that does not come about in time; the clock then stays where it got to.
// One Advance at a time.
func (v *Virtual) Advance(ctx context.Context, d time.Duration) error {
	target := v.Now().Add(d)
	for {
		if err := v.Quiet(ctx); err != nil {
			return err
		}
		due := v.next(target)
		if due == nil {
			return nil
		}
		v.run(due)
	}
}

// Quiet waits until nothing is in flight. It returns ctx's cause when that ends first.
func (v *Virtual) Quiet(ctx context.Context) error {
	return v.await(ctx, func() bool { return v.busy == 0 })
}

// AwaitTimers waits until at least n timers are set, which is how a test knows that the code under test has come to
// its wait. It returns ctx's cause when that ends first.
func (v *Virtual) AwaitTimers(ctx context.Context, n int) error {
	return v.await(ctx, func() bool { return len(v.timers) >= n })
}

// Next is how far away the earliest timer is; false when none is set.
func (v *Virtual) Next() (d time.Duration, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.timers) == 0 {
		return 0, false
	}
	return v.timers[0].at.Sub(v.now), true
}

// next takes the earliest timer up to target off and moves the clock to it; without one, to target.
func (v *Virtual) next(target time.Time) *timer {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.timers) == 0 || v.timers[0].at.After(target) {
		v.now = target
		return nil
	}
	due := heap.Pop(&v.timers).(*timer)
	v.now = due.at
	return due
}

// run counts f as in flight until it returns.
func (v *Virtual) run(t *timer) {
	v.Busy(1)
	go func() {
		defer v.Busy(-1)
		t.f()
	}()
}

func (v *Virtual) stop(t *timer) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if t.index < 0 {
		return false
	}
	heap.Remove(&v.timers, t.index)
	v.changed()
	return true
}

// await waits for a condition on what mu guards.
func (v *Virtual) await(ctx context.Context, met func() bool) error {
	for {
		v.mu.Lock()
		done, change := met(), v.change
		v.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-change:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// changed wakes who awaits something. mu is held.
func (v *Virtual) changed() {
	close(v.change)
	v.change = make(chan struct{})
}
