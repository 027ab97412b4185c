package engine

import (
	"slices"

	"github.com/pierun/pierun/pie/wire"
)

// admit makes a process known.
func (e *Engine) admit(p *process) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.processes[p.id] = p
	e.stats.launched.Add(1)
}

// begin runs an admitted process, or lets it wait for a place. A closed engine runs nothing more.
func (e *Engine) begin(p *process) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch limit := e.config.MaxConcurrent; {
	case e.closed || e.processes[p.id] != p:
		return
	case limit > 0 && e.running >= limit:
		e.queue = append(e.queue, p)
	default:
		e.run(p)
	}
}

// run starts the guest goroutine. e.mu is held.
func (e *Engine) run(p *process) {
	e.running++
	e.tasks.Add(1)
	e.meter(+1)
	go p.main()
}

// release is the end of a guest goroutine: its place goes to the oldest that waits.
func (e *Engine) release(*process) {
	e.mu.Lock()
	e.running--
	for len(e.queue) > 0 {
		next := e.queue[0]
		e.queue = e.queue[1:]
		if e.processes[next.id] == next {
			e.run(next)
			break
		}
	}
	e.mu.Unlock()
	e.meter(-1)
	e.tasks.Done()
}

// forget takes an ended process off the list.
func (e *Engine) forget(p *process) {
	e.mu.Lock()
	delete(e.processes, p.id)
	e.mu.Unlock()
}

// retains says whether the result of p, which is ending, waits for an attach. p.mu is held.
func (e *Engine) retains(p *process) bool {
	if p.owner != nil || p.bound || p.backlog == nil {
		return false
	}
	return e.rules.retains || e.sparesResults()
}

// retain keeps the result of p and forgets the oldest when there are too many. p.mu is held.
func (e *Engine) retain(p *process) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.retained = slices.DeleteFunc(e.retained, func(old *process) bool { return e.processes[old.id] != old })
	if len(e.retained) >= e.config.Limits.Retained {
		delete(e.processes, e.retained[0].id)
		e.retained = e.retained[1:]
	}
	e.retained = append(e.retained, p)
}

// Instances lists what runs here, and what has ended and waits for an attach, in no particular order.
func (e *Engine) Instances() []wire.InstanceInfo {
	infos := []wire.InstanceInfo{}
	for _, p := range e.all() {
		if info, ok := p.info(); ok {
			infos = append(infos, info)
		}
	}
	return infos
}

// info describes a process; false when it has ended and nothing is kept of it.
func (p *process) info() (wire.InstanceInfo, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	info := wire.InstanceInfo{
		ID: p.id, Program: p.launch.program, User: p.launch.user, Input: p.launch.input, Args: p.launch.args,
		Elapsed: uint64(p.e.clock.Now().Sub(p.started).Seconds()), HasState: true,
	}
	switch {
	case p.state == processEnded:
		return info, false
	case p.state == processRetained:
		info.State = "finished"
	case p.owner != nil || p.bound:
		info.State = "attached"
	default:
		info.State = "detached"
	}
	return info, true
}
