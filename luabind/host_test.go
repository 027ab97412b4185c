package luabind_test

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/pierun/pierun/internal/transcript"
	"github.com/pierun/pierun/luabind"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// host is one runtime on an engine in memory, with what it wrote.
type host struct {
	t              testing.TB
	engine         *engine.Engine
	config         luabind.Config
	stdout, stderr transcript.Transcript
	rt             *luabind.Runtime
}

// newHost makes a host; change may alter what it is made of.
func newHost(t testing.TB, change ...func(*host, *engine.Config)) *host {
	t.Helper()
	h := &host{t: t}
	config := engine.Config{Programs: append(engine.Builtin(), puppet{})}
	h.config = luabind.Config{
		Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			return h.engine.DialContext(ctx, network, addr)
		},
		DialDialect: "worker-0.5",
		Stdout:      &h.stdout, Stderr: &h.stderr, Stdin: strings.NewReader(""),
	}
	for _, f := range change {
		f(h, &config)
	}
	for _, p := range config.Programs {
		m := p.Manifest()
		h.config.DialPrograms = append(h.config.DialPrograms, m.Name+"@"+m.Version)
	}
	e, err := engine.New(config)
	if err != nil {
		t.Fatal(err)
	}
	h.engine = e
	return h
}

// run runs code and closes everything; the error is the script's.
func (h *host) run(code string) error { return h.runContext(context.Background(), code) }

func (h *host) runContext(ctx context.Context, code string) error {
	h.t.Helper()
	return h.runNamed(ctx, "test.lua", code)
}

func (h *host) runNamed(ctx context.Context, name, code string) error {
	h.t.Helper()
	h.start()
	err := h.rt.RunString(ctx, name, code)
	h.stop()
	return err
}

// newBenchHost is a started host that is stopped when the benchmark ends.
func newBenchHost(b *testing.B) *host {
	b.Helper()
	h := newHost(b)
	h.start()
	b.Cleanup(h.stop)
	return h
}

func (h *host) start() {
	h.t.Helper()
	rt, err := luabind.New(h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	h.rt = rt
}

func (h *host) stop() {
	h.rt.Close()
	if err := h.engine.Close(); err != nil {
		h.t.Error(err)
	}
}

// bubble runs f in a world whose time passes only while everybody waits. What hangs fails at once.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

// play runs code on a fresh host in a bubble and gives what it printed.
func play(t *testing.T, code string, change ...func(*host, *engine.Config)) (stdout string, err error) {
	t.Helper()
	bubble(t, func(t *testing.T) {
		h := newHost(t, change...)
		err = h.run(code)
		stdout = h.stdout.String()
	})
	return stdout, err
}

// withInput gives the script a standard input.
func withInput(text string) func(*host, *engine.Config) {
	return func(h *host, _ *engine.Config) { h.config.Stdin = io.NopCloser(strings.NewReader(text)) }
}

// speaking makes the engine, and the host that asks it, one of a generation; "" is the default.
func speaking(generation string) func(*host, *engine.Config) {
	return func(h *host, e *engine.Config) {
		if generation == "" {
			return
		}
		d, err := wire.Find(generation)
		if err != nil {
			h.t.Fatal(err)
		}
		e.Dialect, h.config.DialDialect = d, generation
	}
}
