package cli

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
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

// serverOf is how to connect to e, again and again.
func serverOf(e *engine.Engine, kept pie.Journal) func() *connection {
	return func() *connection {
		return &connection{cfg: pie.Config{URI: "ws://somewhere:1", User: "me", Journal: kept, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			return e.DialContext(ctx, network, addr)
		}}}
	}
}

// sleeping launches a program that sleeps, one that does so detached, and leaves the server.
func sleeping(t *testing.T, server *connection) {
	t.Helper()
	err := server.with(t.Context(), func(ctx context.Context, client *pie.Client) error {
		for _, detached := range []bool{false, true} {
			if _, err := client.Launch(ctx, pie.Launch{Program: "sleep@0.1.0", Values: map[string]any{"seconds": 600}, Detached: detached}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What a lost connection has left running is ended over another one, and is not reported then.
func TestLastTry(t *testing.T) {
	e := engineOf(t, "process-0.4")
	kept := journal.New(journal.Config{Dir: t.TempDir(), Now: clock.System{}.Now})
	defer func() { _ = kept.Close() }()
	server := serverOf(e, kept)
	sleeping(t, server())
	open := kept.Open()
	if len(open) != 2 || len(e.Instances()) != 2 {
		t.Fatalf("open %v, running %v", open, e.Instances())
	}
	a := &app{env: Env{}.withDefaults()}
	last := a.lastTry(server, open, kept, time.Minute)
	if len(last) != 1 || last[0].entry != open[0] || last[0].err != nil || !last[0].there || len(e.Instances()) != 1 || len(kept.Open()) != 1 {
		t.Errorf("%v, open %v, running %v", last, kept.Open(), e.Instances())
	}
	left := []luabind.LeftInstance{{ID: open[0].InstanceID, Program: "sleep"}, {ID: "other"}, {ID: "unknown there"}}
	last = append(last, tried{entry: journal.Entry{InstanceID: "unknown there"}})
	report := after(luabind.Report{Unconfirmed: left, Ended: left}, last)
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

// What the server still lists after the last try is reported, and stays in the journal for the next run.
func TestLastTryInVain(t *testing.T) {
	for _, generation := range []string{"process-0.4", "instance-0.2"} {
		t.Run(generation, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { lastTryInVain(t, generation) }) })
	}
}

func lastTryInVain(t *testing.T, generation string) {
	e := engineOf(t, generation)
	e.SetFaults(&engine.Faults{Stuck: true})
	kept := journal.New(journal.Config{Dir: t.TempDir(), Now: clock.System{}.Now})
	defer func() { _ = kept.Close() }()
	server := serverOf(e, kept)
	sleeping(t, server())
	open := kept.Open()
	last := (&app{env: Env{}.withDefaults()}).lastTry(server, open, kept, time.Minute)
	ended := []luabind.LeftInstance{{ID: open[0].InstanceID, Program: "sleep", Where: "flow.lua:1"}}
	lines := after(luabind.Report{Ended: ended}, last).Lines(false)
	want := "NOT confirmed: " + open[0].Program + " (" + open[0].InstanceID + "), launched at flow.lua:1 may still be running: "
	if len(lines) != 1 || !strings.HasPrefix(lines[0], want) || !strings.Contains(lines[0], "the server said yes, and still lists it") {
		t.Errorf("%q", lines)
	}
	if len(kept.Open()) != 2 {
		t.Errorf("open %v", kept.Open())
	}
}
