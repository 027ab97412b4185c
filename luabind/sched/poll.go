package sched

import (
	"context"

	lua "github.com/yuin/gopher-lua"
)

// pollContext is the fallback for the hook: the machine asks its context between any two instructions.
type pollContext struct {
	context.Context
	s *Scheduler
}

// poll gives a thread the fallback.
func (s *Scheduler) poll(th *lua.LState) {
	th.SetContext(&pollContext{Context: context.Background(), s: s})
}

// Done never ends anything; it is where the running task looks up.
func (p *pollContext) Done() <-chan struct{} {
	if p.s.flag.Load() && p.s.cur != nil {
		p.s.look(p.s.cur.thread().L)
	}
	return nil
}
