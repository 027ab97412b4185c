package pie_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// known is a generation by its name.
func known(t testing.TB, generation string) *wire.Dialect {
	t.Helper()
	d, err := wire.Find(generation)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// serve starts an engine of a generation, which keeps the results of what ends unattached.
func serve(t testing.TB, generation string) *engine.Engine {
	t.Helper()
	return serveAs(t, engine.Config{Dialect: known(t, generation), KeepResults: true})
}

// serveAs starts an engine, which ends with the test.
func serveAs(t testing.TB, cfg engine.Config) *engine.Engine {
	t.Helper()
	e, err := engine.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// dial connects to an engine in memory; change may alter the configuration.
func dial(t testing.TB, e *engine.Engine, change func(*pie.Config)) *pie.Client {
	t.Helper()
	cfg := pie.Config{URI: "ws://engine", DialContext: e.DialContext, Dialect: e.Dialect().Generation, Liveness: -1}
	cfg.Newest = func(context.Context, string) (string, error) { return "", errors.New("no registry in tests") }
	if change != nil {
		change(&cfg)
	}
	c, err := pie.Dial(soon(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// soon is a context for what must not hang, long enough for a machine that is slow and has much else to do.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// collect takes all events of i up to its end.
func collect(t testing.TB, i *pie.Instance) (events []pie.Event, err error) {
	t.Helper()
	ctx := soon(t)
	for {
		e, err := i.Next(ctx)
		if err != nil {
			return events, err
		}
		events = append(events, e)
		if e.Kind.Terminal() {
			return events, nil
		}
	}
}

// text joins the values of the events of one kind.
func text(events []pie.Event, kind pie.EventKind) string {
	var b strings.Builder
	for _, e := range events {
		if e.Kind == kind {
			b.WriteString(e.Value.(string))
		}
	}
	return b.String()
}

// name finds how a program is launched on a generation: a full name where bare ones are not taken.
func name(t testing.TB, c *pie.Client, program string) pie.Launch {
	t.Helper()
	f := c.Features()
	for _, p := range engine.Builtin() {
		m := p.Manifest()
		if m.Name != program {
			continue
		}
		switch {
		case f.HashNames:
			return pie.Launch{Hash: engine.BuiltinHash(p)}
		case f.StrictNames && !f.BareNames:
			return pie.Launch{Program: m.Name + "@" + m.Version}
		}
	}
	return pie.Launch{Program: program}
}

// each runs a test on every generation.
func each(t *testing.T, f func(t *testing.T, e *engine.Engine)) {
	for _, d := range wire.Generations() {
		t.Run(d.Generation, func(t *testing.T) { f(t, serve(t, d.Generation)) })
	}
}

func TestGenerationIsFoundOut(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, func(cfg *pie.Config) { cfg.Dialect = "" })
		want := e.Dialect().Generation
		if want == "gateway-0.6" {
			want = "gateway-0.5" // nothing tells them apart, and nothing has to
		}
		if got := c.Info().Dialect; got != want {
			t.Errorf("found %s, want %s", got, want)
		}
		if _, err := c.Ping(soon(t)); err != nil {
			t.Error(err)
		}
	})
}

func TestLaunchStreamAndResult(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, nil)
		p := name(t, c, "text-completion")
		p.Values = map[string]any{"prompt": "Once upon a time", "max_tokens": 8}
		i := launch(t, c, p)
		events, err := collect(t, i)
		if err != nil {
			t.Fatal(err)
		}
		last := events[len(events)-1]
		if i.Status() != pie.StatusCompleted && c.Features().Pings || last.Value == "" && c.Features().Pings {
			t.Errorf("status %s, last %v %v", i.Status(), last.Kind, last.Value)
		}
		if _, err := i.Next(soon(t)); !errors.Is(err, pie.ErrRefused) {
			t.Errorf("after the end: %v", err)
		}
	})
}

func TestMessagesBothWays(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, nil)
		i := launch(t, c, name(t, c, "echo"))
		for _, word := range []string{"one", "two", "bye"} {
			if err := i.Send(word); err != nil {
				t.Fatal(err)
			}
		}
		events, err := collect(t, i)
		if err != nil {
			t.Fatal(err)
		}
		if got := text(events, pie.Message); !strings.HasPrefix(got, "onetwo") {
			t.Errorf("echoed %q", got)
		}
		if err := i.Send("more"); !errors.Is(err, pie.ErrRefused) {
			t.Errorf("send after the end: %v", err)
		}
	})
}

func TestTerminate(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, nil)
		p := name(t, c, "sleep")
		p.Values = map[string]any{"seconds": 3600}
		i := launch(t, c, p)
		if err := i.Terminate(soon(t)); err != nil {
			t.Fatal(err)
		}
		events, err := collect(t, i)
		if err != nil || len(events) != 1 {
			t.Fatalf("%v %v", events, err)
		}
		if err := i.Terminate(soon(t)); err != nil {
			t.Errorf("twice: %v", err)
		}
	})
}

func TestUnknownProgram(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, nil)
		p := pie.Launch{Program: "nonesuch@1.0.0"}
		if c.Features().HashNames {
			p = pie.Launch{Hash: strings.Repeat("ab", 32)}
		}
		i, err := c.Launch(soon(t), p)
		if !errors.Is(err, pie.ErrProgram) && !errors.Is(err, pie.ErrLaunch) {
			t.Fatalf("%v %v", i, err)
		}
	})
}

func TestListShowsMine(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, nil)
		p := name(t, c, "sleep")
		p.Values = map[string]any{"seconds": 3600}
		i := launch(t, c, p)
		list, err := c.List(soon(t))
		if !c.Features().ListInstances {
			if !errors.Is(err, pie.ErrUnsupported) {
				t.Errorf("%v", err)
			}
			return
		}
		if err != nil || len(list) != 1 || list[0].InstanceID != i.ID() || !list[0].Mine {
			t.Errorf("%+v %v", list, err)
		}
	})
}
