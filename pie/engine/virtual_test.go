package engine_test

import (
	"sync"
	"testing"
	"time"
)

// virtualClock is a clock that a test moves. Time stands still while anything is at work.
type virtualClock struct {
	t testing.TB

	mu     sync.Mutex
	now    time.Time
	timers map[*virtualTimer]struct{}
	busy   int
	idle   sync.Cond
}

type virtualTimer struct {
	at time.Time
	f  func()
}

func newVirtualClock(t testing.TB) *virtualClock {
	c := &virtualClock{t: t, now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), timers: map[*virtualTimer]struct{}{}}
	c.idle.L = &c.mu
	return c
}

func (c *virtualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *virtualClock) AfterFunc(d time.Duration, f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	timer := &virtualTimer{at: c.now.Add(d), f: f}
	c.timers[timer] = struct{}{}
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, pending := c.timers[timer]
		delete(c.timers, timer)
		return pending
	}
}

// Busy is told of work in flight.
func (c *virtualClock) Busy(delta int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy += delta
	if c.busy == 0 {
		c.idle.Broadcast()
	}
}

// settle waits until nothing is at work.
func (c *virtualClock) settle() {
	c.t.Helper()
	gaveUp := false
	giveUp := time.AfterFunc(patience, func() {
		c.mu.Lock()
		gaveUp = true
		c.idle.Broadcast()
		c.mu.Unlock()
	})
	defer giveUp.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.busy != 0 && !gaveUp {
		c.idle.Wait()
	}
	if gaveUp {
		c.t.Fatalf("something never comes to rest: %d at work", c.busy)
	}
}

// advance moves time by d, step by step: each timer fires at its own time, and what it starts comes to rest.
func (c *virtualClock) advance(d time.Duration) {
	c.t.Helper()
	end := c.Now().Add(d)
	for c.step(end) {
	}
}

// step fires the first timer up to end; without one it is end, and no more.
func (c *virtualClock) step(end time.Time) bool {
	c.t.Helper()
	c.settle()
	c.mu.Lock()
	var first *virtualTimer
	for timer := range c.timers {
		if !timer.at.After(end) && (first == nil || timer.at.Before(first.at)) {
			first = timer
		}
	}
	if first == nil {
		c.now = end
		c.mu.Unlock()
		return false
	}
	delete(c.timers, first)
	if first.at.After(c.now) {
		c.now = first.at
	}
	c.mu.Unlock()
	first.f()
	return true
}
