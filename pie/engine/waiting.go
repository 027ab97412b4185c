package engine

import (
	"context"
	"time"
)

// enlist makes a place to wait at. p.mu is held; the caller gives it up and parks.
func (p *process) enlist() chan struct{} {
	wait := p.idle
	p.idle = nil
	if wait == nil {
		wait = make(chan struct{}, 1)
	}
	p.waiters = append(p.waiters, wait)
	return wait
}

// park waits until the process is woken. Whoever woke it has counted it as busy again.
func (p *process) park(wait chan struct{}) {
	p.e.meter(-1)
	<-wait
	p.mu.Lock()
	p.idle = wait
	p.mu.Unlock()
}

// wake lets everything that waits in p look again.
func (p *process) wake() {
	p.mu.Lock()
	p.wakeLocked()
	p.mu.Unlock()
}

func (p *process) wakeLocked() {
	for _, wait := range p.waiters {
		p.e.meter(+1)
		wait <- struct{}{}
	}
	p.waiters = p.waiters[:0]
}

// await waits until ready says so, which it is asked with p.mu held. It returns ErrTerminated once the process has
// ended, and the cause of ctx once that is over.
func (p *process) await(ctx context.Context, ready func() bool) error {
	if ctx != p.ctx {
		defer context.AfterFunc(ctx, p.wake)()
	}
	p.mu.Lock()
	for !ready() {
		if err := p.whyNot(ctx); err != nil {
			p.mu.Unlock()
			return err
		}
		wait := p.enlist()
		p.mu.Unlock()
		p.park(wait)
		p.mu.Lock()
	}
	p.mu.Unlock()
	return nil
}

func (p *process) whyNot(ctx context.Context) error {
	switch {
	case p.over():
		return ErrTerminated
	case ctx != p.ctx && ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return nil
}

// sleep waits for d on the engine's clock.
func (p *process) sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return p.check(ctx)
	}
	passed := false
	stop := p.e.clock.AfterFunc(d, func() {
		p.mu.Lock()
		passed = true
		p.wakeLocked()
		p.mu.Unlock()
	})
	defer stop()
	return p.await(ctx, func() bool { return passed && !p.over() })
}

// check is a wait of no length.
func (p *process) check(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.whyNot(ctx)
}
