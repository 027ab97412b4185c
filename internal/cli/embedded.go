package cli

import (
	"context"
	"net"
	"sync"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// embedded is the engine inside this process. It is made when somebody first dials it, since a script that names its
// own servers, or none, needs no engine.
type embedded struct {
	cfg   engine.Config
	start func() // told once, before the engine is there

	mu     sync.Mutex
	engine *engine.Engine
	closed bool
}

// newEmbedded prepares the engine: d nil is its own default generation, seed nil a fixed one, so that the same flow
// gives the same words.
func (a *app) newEmbedded(d *wire.Dialect, seed *int64) *embedded {
	cfg := engine.Config{Dialect: d}
	if seed != nil {
		cfg.Seed = *seed
	}
	return &embedded{cfg: cfg, start: func() {
		a.say("no server is named, so the embedded engine answers: simulated, no language model (--server URL uses a real one)")
	}}
}

// DialContext opens a connection to the engine. Any goroutine.
func (e *embedded) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	started, err := e.get()
	if err != nil {
		return nil, err
	}
	return started.DialContext(ctx, network, addr)
}

func (e *embedded) get() (*engine.Engine, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, net.ErrClosed
	}
	if e.engine != nil {
		return e.engine, nil
	}
	e.start()
	made, err := engine.New(e.cfg)
	e.engine = made
	return made, err
}

// tell says what answers here, where the engine itself is not needed for the answer.
func (e *embedded) tell() { e.start() }

// quiet leaves out that remark, where the command says so itself.
func (e *embedded) quiet() { e.start = func() {} }

// close ends the engine, if it was ever needed, and waits for its goroutines.
func (e *embedded) close() {
	e.mu.Lock()
	e.closed = true
	started := e.engine
	e.mu.Unlock()
	if started != nil {
		_ = started.Close()
	}
}

// generation is what the engine will speak, so that nobody has to find out.
func (e *embedded) generation() string {
	if e.cfg.Dialect == nil {
		return "worker-0.5"
	}
	return e.cfg.Dialect.Generation
}
