package conformance_test

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// realServer names the real server to try, if there is one.
const realServer = "PIE_TEST_SERVER"

// place is where a server of the suite stands.
type place uint8

const (
	inMemory place = iota // in a bubble of virtual time
	onSocket              // the embedded engine on a loopback listener
	remote                // the server that PIE_TEST_SERVER names
)

// server is what one scenario is played to.
type server struct {
	place      place
	generation string         // "" for a real one: it is found out
	engine     *engine.Engine // nil for a real one
	book       *ledger        // what its labs did; nil: not recorded
	uri        string
	dial       dialFunc // nil for a real one
}

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// newEngine is an engine of one generation that knows the lab. Results are kept, as pierun's own engine keeps them.
func newEngine(t testing.TB, generation string, change ...func(*engine.Config)) *engine.Engine {
	t.Helper()
	d, err := wire.Find(generation)
	if err != nil {
		t.Fatal(err)
	}
	c := engine.Config{Dialect: d, Programs: append(engine.Builtin(), lab{}), Loader: load, KeepResults: true}
	for _, f := range change {
		f(&c)
	}
	e, err := engine.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func memoryServer(t testing.TB, generation string) *server {
	book := newLedger()
	e := newEngine(t, generation, func(c *engine.Config) { c.Programs = append(engine.Builtin(), lab{book}) })
	return &server{place: inMemory, generation: generation, engine: e, book: book, uri: "ws://engine", dial: e.DialContext}
}

func socketServer(t testing.TB, generation string) *server {
	t.Helper()
	e := newEngine(t, generation)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- e.Serve(l) }()
	t.Cleanup(func() {
		_ = e.Close()
		if err := <-served; err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, engine.ErrClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	return &server{place: onSocket, generation: generation, engine: e, uri: "ws://" + l.Addr().String(), dial: (&net.Dialer{}).DialContext}
}

// namedServer is the real one, nil when none is named.
func namedServer() *server {
	uri := os.Getenv(realServer)
	if uri == "" {
		return nil
	}
	return &server{place: remote, uri: uri, dial: (&net.Dialer{}).DialContext}
}

// config is how the suite dials s. No registry is asked.
func (s *server) config() pie.Config {
	return pie.Config{
		URI: s.uri, Dialect: s.generation, DialContext: s.dial, Liveness: -1, User: "conformance",
		Lend:   lender(),
		Newest: func(context.Context, string) (string, error) { return "", errors.New("no registry in tests") },
	}
}

// wires dials and remembers what it has dialled, so that a test can cut or stall it.
type wires struct {
	dial dialFunc

	mu   sync.Mutex
	open []*wireConn
}

func (w *wires) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := w.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	c := &wireConn{Conn: conn}
	w.mu.Lock()
	w.open = append(w.open, c)
	w.mu.Unlock()
	return c, nil
}

func (w *wires) all() []*wireConn {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*wireConn(nil), w.open...)
}

// cut ends all connections without a word.
func (w *wires) cut() {
	for _, c := range w.all() {
		if t, ok := c.Conn.(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
		_ = c.Conn.Close()
	}
}

// stall makes all connections half-open: nothing comes any more, and what is written goes nowhere.
func (w *wires) stall() {
	for _, c := range w.all() {
		c.mu.Lock()
		c.stalled = true
		c.mu.Unlock()
	}
}

// wireConn is one of them.
type wireConn struct {
	net.Conn
	mu        sync.Mutex
	stalled   bool
	swallowed int // bytes written since
}

func (c *wireConn) isStalled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stalled
}

// Read swallows what comes once the wire is stalled.
func (c *wireConn) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if err != nil || !c.isStalled() {
			return n, err
		}
	}
}

func (c *wireConn) Write(p []byte) (int, error) {
	if c.isStalled() {
		c.mu.Lock()
		c.swallowed += len(p)
		c.mu.Unlock()
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// swallowed is how many bytes were written to stalled wires.
func (w *wires) swallowed() (n int) {
	for _, c := range w.all() {
		c.mu.Lock()
		n += c.swallowed
		c.mu.Unlock()
	}
	return n
}
