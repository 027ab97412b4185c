package pie

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestDeadlinesShareATimer: each request is given up at its own time, whatever was answered before it.
func TestDeadlinesShareATimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := newSilentLink(nil)
		began := time.Now()
		var mu sync.Mutex
		var late []time.Duration
		given := make(chan struct{}, 12)
		l.requests.over = func(r *request, d time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			if took := time.Since(began); took != r.limit+d {
				t.Errorf("given up after %v, not %v", took, r.limit+d)
			}
			late = append(late, time.Since(began))
			given <- struct{}{}
		}
		var all []*request
		for n := range 6 {
			r := &request{op: "ping", limit: time.Duration(n) * time.Second} // here: when it was asked
			if err := l.requests.add(r, 10*time.Second); err != nil {
				t.Fatal(err)
			}
			other := &request{limit: r.limit}
			if err := l.requests.add(other, time.Minute); err != nil {
				t.Fatal(err)
			}
			all = append(all, r, other)
			time.Sleep(time.Second)
		}
		for _, n := range []int{0, 4, 10} { // the first, one in the middle, the last
			if r, _ := l.requests.take(all[n].corr); r != all[n] {
				t.Fatalf("request %d was not there", n)
			}
		}
		if !l.requests.abandon(all[3]) || timers(l) != 2 {
			t.Error("one limit, one list")
		}
		want := []time.Duration{11 * time.Second, 13 * time.Second, 14 * time.Second}
		for n := range 6 {
			if n != 1 {
				want = append(want, time.Minute+time.Duration(n)*time.Second)
			}
		}
		for range want {
			<-given
		}
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if !slices.Equal(late, want) {
			t.Errorf("given up at %v, not %v", late, want)
		}
		if n := timers(l); n != 0 {
			t.Errorf("%d timers are left", n)
		}
	})
}

func timers(l *link) int {
	l.requests.mu.Lock()
	defer l.requests.mu.Unlock()
	return len(l.requests.limits)
}
