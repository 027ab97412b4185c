package clock

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// record collects what ran and when, from any goroutine.
type record struct {
	mu    sync.Mutex
	lines []string
}

func (r *record) add(v *Virtual, what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, what+" at "+v.Now().Sub(start).String())
}

func TestVirtualRunsTimersInOrder(t *testing.T) {
	v, r := NewVirtual(start), &record{}
	v.AfterFunc(2*time.Second, func() { r.add(v, "second") })
	v.AfterFunc(time.Second, func() {
		r.add(v, "first")
		v.AfterFunc(500*time.Millisecond, func() { r.add(v, "nested") })
	})
	v.AfterFunc(2*time.Second, func() { r.add(v, "same time") })
	v.AfterFunc(3*time.Second, func() { r.add(v, "too late") })
	if err := v.Advance(t.Context(), 2500*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	want := []string{"first at 1s", "nested at 1.5s", "second at 2s", "same time at 2s"}
	if !slices.Equal(r.lines, want) {
		t.Errorf("ran %q, want %q", r.lines, want)
	}
	if got := v.Now().Sub(start); got != 2500*time.Millisecond {
		t.Errorf("the clock shows %v", got)
	}
	if d, ok := v.Next(); !ok || d != 500*time.Millisecond {
		t.Errorf("Next() = %v, %v", d, ok)
	}
}

func TestVirtualStop(t *testing.T) {
	v := NewVirtual(start)
	ran := false
	stop := v.AfterFunc(time.Second, func() { ran = true })
	done := v.AfterFunc(0, func() {})
	if !stop() || stop() {
		t.Error("the first stop is in time, the second is not")
	}
	if err := v.Advance(t.Context(), time.Minute); err != nil || ran {
		t.Errorf("advance: %v, stopped timer ran: %v", err, ran)
	}
	if done() {
		t.Error("stopping a timer that ran reports that it came too late")
	}
	if _, ok := v.Next(); ok {
		t.Error("no timer is left")
	}
}

func TestVirtualWaitsForWhatIsInFlight(t *testing.T) {
	v, r := NewVirtual(start), &record{}
	v.AfterFunc(time.Second, func() { v.Busy(3) })
	v.AfterFunc(2*time.Second, func() { r.add(v, "later") })
	ctx, cancel := context.WithCancelCause(t.Context())
	stuck := errors.New("stuck")
	advanced := make(chan error)
	go func() { advanced <- v.Advance(ctx, 3*time.Second) }()
	if err := v.await(t.Context(), func() bool { return v.busy == 3 }); err != nil {
		t.Fatal(err)
	}
	cancel(stuck)
	if err := <-advanced; !errors.Is(err, stuck) || v.Now().Sub(start) != time.Second {
		t.Errorf("advance: %v at %v", err, v.Now().Sub(start))
	}
	v.Busy(-3)
	if err := v.Advance(t.Context(), 2*time.Second); err != nil || len(r.lines) != 1 {
		t.Errorf("advance: %v, ran %q", err, r.lines)
	}
}

func TestVirtualAwaitTimers(t *testing.T) {
	v := NewVirtual(start)
	go v.AfterFunc(time.Second, func() {})
	if err := v.AwaitTimers(t.Context(), 1); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := v.AwaitTimers(ctx, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestVirtualRefusesWrongAccounts(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("taking away more than was added has to panic")
		}
	}()
	NewVirtual(start).Busy(-1)
}

func TestSystem(t *testing.T) {
	ran := make(chan struct{})
	System{}.AfterFunc(0, func() { close(ran) })
	<-ran
	if stop := (System{}).AfterFunc(time.Hour, func() {}); !stop() {
		t.Error("an hour has not passed")
	}
	if (System{}).Now().IsZero() {
		t.Error("no time")
	}
}
