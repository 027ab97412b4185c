package sched

import (
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// Limiter is a token bucket, first come, first served: it fills with rate tokens per period up to burst.
type Limiter struct {
	s      *Scheduler
	each   time.Duration // in which one token comes
	burst  float64
	tokens float64
	at     time.Duration // when tokens was right
	queue  waitQueue
}

// smallest is what rounding may leave missing.
const smallest = 1e-9

// NewLimiter makes a full bucket. rate and per are positive; burst is at least 1.
func NewLimiter(s *Scheduler, rate float64, per time.Duration, burst float64) *Limiter {
	each := max(time.Duration(float64(per)/rate), 1)
	burst = max(burst, 1)
	return &Limiter{s: s, each: each, burst: burst, tokens: burst, at: s.Now()}
}

// Acquire takes n tokens and gives how long it waited for them. It raises timeout, and usage for more than fit.
func (m *Limiter) Acquire(L *lua.LState, n float64, timeout time.Duration) time.Duration {
	t := mustFrom(L).cur
	t.Check(L)
	if n > m.burst+smallest {
		luavalue.Raise(L, luavalue.Errorf(luavalue.KindUsage, "%v tokens at once never fit: the limiter holds %v", n, m.burst).
			WithOp("limiter:acquire").WithHint("give task.limiter a larger burst"))
	}
	if m.queue.first == nil && m.take(n) {
		return 0
	}
	return m.wait(L, t, n, timeout)
}

func (m *Limiter) wait(L *lua.LState, t *Task, n float64, timeout time.Duration) time.Duration {
	began := m.s.Now()
	w := &waiter{t: t, n: n}
	m.queue.push(w)
	defer func() {
		w.remove()
		if next := m.queue.first; next != nil {
			next.t.Wake()
		}
	}()
	for {
		waited := m.s.Now() - began
		if m.queue.first == w && m.take(n) {
			return waited
		}
		if timeout >= 0 && waited >= timeout {
			raiseTimeout(L, "acquiring from a limiter", timeout)
		}
		t.Suspend(L, m.pause(w, timeout-waited, timeout < 0))
	}
}

// pause is how long to wait before asking again: the first in the queue until its tokens have come.
func (m *Limiter) pause(w *waiter, left time.Duration, unlimited bool) time.Duration {
	if m.queue.first != w {
		if unlimited {
			return -1
		}
		return left
	}
	missing := max(time.Duration((w.n-m.tokens)*float64(m.each)), 1)
	if unlimited {
		return missing
	}
	return min(missing, left)
}

// take fills the bucket up to now and takes n tokens if they are there.
func (m *Limiter) take(n float64) bool {
	now := m.s.Now()
	m.tokens = min(m.burst, m.tokens+float64(now-m.at)/float64(m.each))
	m.at = now
	if m.tokens+smallest < n {
		return false
	}
	m.tokens = max(m.tokens-n, 0)
	return true
}
