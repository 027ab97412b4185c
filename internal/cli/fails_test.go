package cli

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"net"
	"os"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// failingFlow is a script of many kinds of work that fails in the way that it is told, or waits for it to come.
//
//go:embed testdata/fails.lua
var failingFlow string

// failSeeds is how often each way to fail is tried, each time elsewhere.
const failSeeds = 50

// wayToFail is one of the ways in which a run ends badly.
type wayToFail struct {
	name   string
	code   func(seed int) int             // the right exit code
	strike func(*failing, *engine.Engine) // from outside, when it is time; nil: the script does it itself
	env    func(*failing, *Env)           // prepares the process; may be nil
}

// failing is one run.
type failing struct {
	seed   int
	after  time.Duration // when it strikes
	cancel context.CancelCauseFunc
	deaf   atomic.Bool // the connections that there are have become half-open
}

func always(code int) func(int) int { return func(int) int { return code } }

func waysToFail() []wayToFail {
	signal := func(s os.Signal) func(*failing, *engine.Engine) {
		return func(f *failing, _ *engine.Engine) { f.cancel(Signalled(s)) }
	}
	return []wayToFail{
		{name: "Lua error", code: always(exitError)},
		{name: "program exception", code: always(exitError)},
		{name: "timeout", code: timeoutCode, strike: passTimeout},
		{name: "cancel", code: func(seed int) int { return seed % 2 }},
		{name: "server killed", code: always(exitError), strike: func(_ *failing, e *engine.Engine) { e.Crash() }},
		{name: "connection cut", code: always(exitError), strike: func(_ *failing, e *engine.Engine) { e.CutConnections() }},
		{name: "half-open connection", code: always(exitError), strike: func(f *failing, _ *engine.Engine) { f.deaf.Store(true) }},
		{name: "Ctrl-C", code: always(exitInterrupt), strike: signal(os.Interrupt)},
		{name: "SIGTERM", code: always(exitTerminate), strike: signal(syscall.SIGTERM)},
		{name: "closed standard output", code: always(exitPipe), env: closeStdout},
	}
}

// timeoutCode: the script's own limit on even seeds, that of the command line on odd ones.
func timeoutCode(seed int) int {
	if seed%2 == 0 {
		return exitError
	}
	return exitTimeout
}

func passTimeout(f *failing, _ *engine.Engine) {
	if f.seed%2 == 1 {
		f.cancel(&Stop{Code: exitTimeout, What: "--timeout"})
	}
}

// network dials an engine over connections that can all be made half-open: nothing comes any more, and what is written
// goes nowhere. Those that are dialled later are sound.
type network struct {
	f *failing
	e *engine.Engine
}

func (n network) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := n.e.DialContext(ctx, network, addr)
	return &halfOpen{Conn: conn, f: n.f, early: !n.f.deaf.Load()}, err
}

type halfOpen struct {
	net.Conn
	f     *failing
	early bool // it was there when it happened
}

func (c *halfOpen) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if err != nil || !c.early || !c.f.deaf.Load() {
			return n, err
		}
	}
}

func (c *halfOpen) Write(p []byte) (int, error) {
	if c.early && c.f.deaf.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// brokenPipe takes some bytes and is then closed by its reader.
type brokenPipe struct{ left int }

func (p *brokenPipe) Write(b []byte) (int, error) {
	if p.left -= len(b); p.left < 0 {
		return 0, syscall.EPIPE
	}
	return len(b), nil
}

func closeStdout(f *failing, env *Env) { env.Stdout = &brokenPipe{left: 40 + 17*f.seed} }

// TestNothingOutlivesAFailure: in whichever way and wherever a run fails, it ends, with the right code, and leaves no
// goroutine (the bubble would not end) and no instance on the server.
func TestNothingOutlivesAFailure(t *testing.T) {
	named := slices.DeleteFunc(wire.Generations(), func(d *wire.Dialect) bool { return d.Features.HashNames && !d.Features.Registry })
	for _, way := range waysToFail() {
		t.Run(way.name, func(t *testing.T) {
			for seed := range failSeeds {
				d := named[seed%len(named)]
				t.Run(fmt.Sprintf("%d on %s", seed, d.Generation), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { way.try(t, d, seed) })
				})
			}
		})
	}
}

// strikeAfter is when the first seed strikes: between two moments at which the flow does something.
const strikeAfter = 301_234_567 * time.Nanosecond

// longestFailure bounds a run in virtual time: the strike, the liveness bound, and three times the grace for the
// cleanup.
const longestFailure = time.Minute

func (w *wayToFail) try(t *testing.T, d *wire.Dialect, seed int) {
	t.Helper()
	f := &failing{seed: seed, after: strikeAfter + time.Duration(seed*57%50)*61*time.Millisecond}
	cfg := engine.Config{Dialect: d, KeepResults: true, Seed: int64(seed)}
	e, err := engine.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	began := time.Now()
	code := w.run(t, f, e, &stderr)
	if took := time.Since(began); took > longestFailure {
		t.Errorf("it ended after %v", took)
	}
	if want := w.code(seed); code != want {
		t.Errorf("exit code %d, want %d", code, want)
	}
	synctest.Wait()
	if left := e.Instances(); len(left) > 0 {
		t.Errorf("left on the server: %+v", left)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if t.Failed() {
		t.Log(stderr.String())
	}
}

// run is the run command on that engine.
func (w *wayToFail) run(t *testing.T, f *failing, e *engine.Engine, stderr *bytes.Buffer) int {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	f.cancel = cancel
	watchdog := time.AfterFunc(longestFailure, func() { cancel(&Stop{Code: -1, What: "the watchdog"}) })
	defer watchdog.Stop()
	env := Env{Stderr: stderr}
	if w.env != nil {
		w.env(f, &env)
	}
	env.Args = []string{"run", "--dialect", e.Dialect().Generation, "-e", failingFlow, w.name, fmt.Sprint(f.seed), fmt.Sprint(f.after.Seconds())}
	if w.strike != nil {
		struck := make(chan struct{})
		timer := time.AfterFunc(f.after, func() { defer close(struck); w.strike(f, e) })
		defer func() {
			if !timer.Stop() {
				<-struck
			}
		}()
	}
	return runOn(ctx, e, network{f, e}.DialContext, env)
}

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// runOn is Run with an engine of the test's, dialled by dial, in the place of the embedded one.
func runOn(ctx context.Context, e *engine.Engine, dial dialFunc, env Env) int {
	a := &app{env: env.withDefaults()}
	a.style = styleOf(a.env, a.env.Stderr)
	command := a.runCommand()
	command.Action = func(c *cli.Context) error {
		s, err := a.script(c)
		if err != nil {
			return err
		}
		s.engine.engine, s.cfg.Dial = e, dial
		return a.carryOut(c.Context, s)
	}
	a.commands = []*cli.Command{command}
	return a.finish(a.root().RunContext(ctx, append([]string{name}, a.env.Args...)))
}
