package engine

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pierun/pierun/pie/wire"
)

// ErrClosed is returned by an engine that has been closed.
var ErrClosed = errors.New("the engine is closed")

// Engine is one Pie server. All methods are safe for all goroutines.
type Engine struct {
	config   Config
	features wire.Features
	rules    rules
	clock    Clock
	meter    func(int)
	store    *store
	faults   *faultScript
	stats    stats
	wedged   atomic.Bool // a release's fault: no launch is answered any more

	mu        sync.Mutex
	closed    bool
	sessions  map[*session]struct{}
	listeners map[net.Listener]struct{}
	processes map[string]*process
	retained  []*process // oldest first; those claimed since are skipped
	queue     []*process // waiting for a place to run
	running   int
	tasks     sync.WaitGroup
}

// stats are the engine's own counters.
type stats struct{ launched, ended, tokens atomic.Int64 }

// New makes an engine. Nothing runs until a connection comes.
func New(c Config) (*Engine, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	e := &Engine{
		config:    c,
		features:  c.Dialect.Features,
		rules:     rulesOf(c.Dialect),
		clock:     c.Clock,
		meter:     busyMeter(c.Clock),
		store:     newStore(c.Programs),
		faults:    newFaultScript(c.Faults),
		sessions:  map[*session]struct{}{},
		listeners: map[net.Listener]struct{}{},
		processes: map[string]*process{},
	}
	if c.Log != nil {
		_, _ = fmt.Fprintf(c.Log, "simulated: an embedded Pie engine (%s); its words come from no model\n", c.Dialect.Generation)
	}
	return e, nil
}

// Dialect is the generation that e serves.
func (e *Engine) Dialect() *wire.Dialect { return e.config.Dialect }

// Close ends every connection and process and waits until no goroutine of e is left. A second call waits too.
func (e *Engine) Close() error {
	e.mu.Lock()
	e.closed = true
	for l := range e.listeners {
		_ = l.Close()
	}
	e.mu.Unlock()
	e.dropAll()
	e.tasks.Wait()
	e.stopAll() // what was launched or ended meanwhile
	return nil
}

// Crash is a server that dies and comes back: every connection breaks, every process and its result are gone, the
// programs stay installed, and new connections are taken.
func (e *Engine) Crash() {
	e.wedged.Store(false)
	for _, s := range e.connections() {
		s.reset()
	}
	e.stopAll()
}

// CutConnections breaks every connection without a word, as a failing network does. What becomes of the processes is
// the generation's rule.
func (e *Engine) CutConnections() {
	for _, s := range e.connections() {
		s.reset()
	}
}

// BreakLink is the loss of the link between a gateway and its worker: every live command of every connection dies
// with "stream aborted" and its process goes on, detached. On other generations nothing happens.
func (e *Engine) BreakLink() {
	if !e.rules.turns {
		return
	}
	for _, s := range e.connections() {
		s.abortTurns()
	}
}

// linkLimit is the size of an event, in bytes, that breaks the link between a gateway and its worker for everybody.
const linkLimit = 8<<20 - 200

func (e *Engine) tooLarge(n *note) bool { return e.rules.turns && len(n.text) >= linkLimit }

// Connections is how many connections are open.
func (e *Engine) Connections() int { return len(e.connections()) }

func (e *Engine) dropAll() {
	for _, s := range e.connections() {
		s.hangUp()
	}
	e.stopAll()
}

func (e *Engine) stopAll() {
	for _, p := range e.all() {
		p.stop(p.terminated())
	}
}

func (e *Engine) connections() []*session {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Collect(maps.Keys(e.sessions))
}

// all lists the processes, ended ones whose results are kept among them.
func (e *Engine) all() []*process {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Collect(maps.Values(e.processes))
}

func (e *Engine) find(id string) *process {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.processes[id]
}

// sparesResults says whether results are kept here although the release forgets them.
func (e *Engine) sparesResults() bool { return e.config.KeepResults && e.features.DetachOnClose }

// keepsOutput says whether a process that nobody is attached to from the start has output all the same.
func (e *Engine) keepsOutput() bool { return e.features.Arguments || e.sparesResults() }
