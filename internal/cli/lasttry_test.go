package cli

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/internal/journal"
	"github.com/pierun/pierun/luabind"
	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// engineOf is an engine of a generation, which ends with the test.
func engineOf(t *testing.T, generation string) *engine.Engine {
	t.Helper()
	d, err := wire.Find(generation)
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.New(engine.Config{Dialect: d})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// What a lost connection has left running is ended over another one, and is not reported then.
func TestLastTry(t *testing.T) {
	e := engineOf(t, "process-0.4")
	kept := journal.New(journal.Config{Dir: t.TempDir(), Now: clock.System{}.Now})
	defer func() { _ = kept.Close() }()
	server := func() *connection {
		return &connection{cfg: pie.Config{URI: "ws://somewhere:1", User: "me", DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			return e.DialContext(ctx, network, addr)
		}}}
	}
	first := server()
	first.cfg.Journal = kept
	err := first.with(t.Context(), func(ctx context.Context, client *pie.Client) error {
		for _, detached := range []bool{false, true} {
			if _, err := client.Launch(ctx, pie.Launch{Program: "sleep@0.1.0", Values: map[string]any{"seconds": 600}, Detached: detached}); err != nil {
				return err
			}
		}
		return nil
	})
	open := kept.Open()
	if err != nil || len(open) != 2 || len(e.Instances()) != 2 {
		t.Fatalf("%v; open %v, running %v", err, open, e.Instances())
	}
	a := &app{env: Env{}.withDefaults()}
	gone := a.lastTry(server, open, kept, time.Minute)
	if len(gone) != 1 || !gone[open[0].InstanceID] || len(e.Instances()) != 1 || len(kept.Open()) != 1 {
		t.Errorf("gone %v, open %v, running %v", gone, kept.Open(), e.Instances())
	}
	left := []luabind.LeftInstance{{ID: open[0].InstanceID, Program: "sleep"}, {ID: "other"}, {ID: "unknown there"}}
	gone["unknown there"] = false
	report := without(luabind.Report{Unconfirmed: left, Ended: left}, gone)
	if len(report.Unconfirmed) != 1 || report.Unconfirmed[0].ID != "other" {
		t.Errorf("%v", report.Unconfirmed)
	}
	if lines := report.Lines(false); len(lines) != 2 || lines[1] != "the end of the script terminated sleep ("+open[0].InstanceID+")" {
		t.Errorf("%q", lines)
	}
	if again := a.lastTry(server, kept.Open(), kept, time.Minute); again != nil {
		t.Errorf("%v", again)
	}
}
