package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// ErrTerminated is what a Guest's methods return once its process has been ended from outside.
var ErrTerminated = errors.New("the process was terminated")

// process is one running program as the server sees it. Its events go to the connection that it is attached to, else
// into its backlog.
type process struct {
	e       *Engine
	program Program
	launch  launchInfo
	id      string
	started time.Time

	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	state   processState
	owner   *session // the connection it is attached to
	bound   bool     // to a connection that is gone: its events are lost and nobody can attach
	turn    *turn    // on connections that have turns
	backlog backlog  // nil: what is said while unattached is lost
	inbox   inbox
	waiters []chan struct{}
	idle    chan struct{} // a waiter to use again
	spent   uint64        // tokens
}

// launchInfo is what a process was launched with.
type launchInfo struct {
	program string // name@version
	user    string
	input   string
	args    []string
	files   map[string][]byte
	budget  uint64 // tokens; 0: none
	capture bool   // its output exists
	attach  bool   // its launcher is attached
	ended   func(note)
}

type processState uint8

const (
	processQueued processState = iota
	processRunning
	processEnded
	processRetained // ended, its result waits for an attach
)

func newProcess(e *Engine, prog Program, info launchInfo) *process {
	p := &process{e: e, program: prog, launch: info, id: newID(), started: e.clock.Now()}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.inbox.limit = e.config.Limits.Inbox
	if !info.attach {
		p.backlog = newBacklog(e.rules.keeps)
	}
	if r, ok := prog.(FileReceiver); ok {
		p.inbox.filesOpen = r.ReceivesFiles()
	}
	return p
}

// over says whether the program has nothing to say any more. p.mu is held.
func (p *process) over() bool { return p.state >= processEnded }

// main is the guest goroutine.
func (p *process) main() {
	defer p.e.release(p)
	if p.e.faults.starves() {
		p.stop(p.starved())
		return
	}
	text, err := p.call()
	end := note{kind: wire.Completed, text: lossy(text)}
	if err != nil {
		end = note{kind: wire.Exception, text: p.e.rules.exception + lossy(err.Error())}
	}
	p.finish(end)
}

// call runs the program and turns a panic into an error.
func (p *process) call() (text string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("Call error: the program panicked: %v", r)
		}
	}()
	if err := p.e.faults.exception(); err != nil {
		return "", err
	}
	return p.program.Run(p.ctx, &Guest{p: p})
}

// say passes n on and waits while the reader is behind.
func (p *process) say(n *note) error {
	if p.e.tooLarge(n) && p.client() != nil {
		p.e.BreakLink()
		return p.check(p.ctx)
	}
	for {
		wait, err := p.trySay(n)
		if wait == nil {
			return err
		}
		p.park(wait)
	}
}

func (p *process) trySay(n *note) (wait chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.over():
		return nil, ErrTerminated
	case p.owner == nil:
		p.keep(n)
		return nil, nil
	case p.owner.out.offer(p, n):
		return nil, nil
	}
	return p.enlist(), nil
}

// keep holds on to what is said while nobody is attached. Messages and files are lost on every server.
func (p *process) keep(n *note) {
	if p.backlog != nil && !p.bound {
		p.backlog.add(*n)
	}
}

// finish ends the process with what its program came to, unless it has been ended from outside.
func (p *process) finish(end note) {
	for {
		p.mu.Lock()
		if p.over() {
			p.mu.Unlock()
			return
		}
		if p.owner != nil && p.e.tooLarge(&end) {
			p.mu.Unlock()
			p.e.BreakLink()
			continue
		}
		if p.owner == nil || p.e.faults.dropsEnd() || p.owner.out.offer(p, &end) {
			p.settle(end, p.e.retains(p))
			p.mu.Unlock()
			return
		}
		wait := p.enlist()
		p.mu.Unlock()
		p.park(wait)
	}
}

// settle makes the end known to whoever has to know. p.mu is held, and the end has been told to the owner, if any.
func (p *process) settle(end note, retain bool) {
	p.state = processEnded
	p.e.stats.ended.Add(1)
	if retain {
		p.state = processRetained
		p.backlog.add(end)
		p.e.retain(p)
	} else {
		p.e.forget(p)
	}
	p.leaveOwner()
	p.inbox.clear()
	p.cancel()
	p.wakeLocked()
	if p.launch.ended != nil {
		p.launch.ended(end)
	}
}

// leaveOwner takes an ended process off its connection and closes its turn.
func (p *process) leaveOwner() {
	if p.owner == nil {
		return
	}
	p.owner.drop(p)
	if p.turn != nil {
		p.owner.endTurn(p.turn)
	}
	p.owner, p.turn = nil, nil
}

// stop ends the process from outside, if it has not ended. The end is told at once; the guest goroutine follows when it
// notices.
func (p *process) stop(end note) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over() {
		p.claim()
		return
	}
	if p.owner != nil && !p.e.faults.dropsEnd() {
		p.owner.out.force(p, &end)
	}
	p.settle(end, false)
}

// claim forgets a result that waits for an attach, and says whether there was one.
func (p *process) claim() bool {
	if p.state != processRetained {
		return false
	}
	p.state = processEnded
	p.e.forget(p)
	return true
}

// terminated is the end that a client's terminate brings.
func (p *process) terminated() note {
	return note{kind: wire.Aborted, text: p.e.rules.aborted}
}

// starved is the end for lack of resources. Only the instance family has words of its own for it.
func (p *process) starved() note {
	return note{kind: wire.OutOfResources, text: "Terminated by OOM killer for an older instance"}
}
