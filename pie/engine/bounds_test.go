package engine_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// flood prints and counts what it has printed.
type flood struct{ printed *atomic.Int64 }

func (flood) Manifest() program.Manifest { return program.Manifest{Name: "flood", Version: "0.1.0"} }

func (f flood) Run(_ context.Context, g *engine.Guest) (string, error) {
	for i := range floodPieces {
		if err := g.Print(fmt.Sprintf("%063d\n", i)); err != nil {
			return "", err
		}
		f.printed.Add(1)
	}
	return "", nil
}

const floodPieces = 200_000

// TestASlowReaderThrottlesItsPrograms floods a connection that nobody reads: the program waits, another connection
// does not notice, and nothing is lost once it is read.
func TestASlowReaderThrottlesItsPrograms(t *testing.T) {
	printed := &atomic.Int64{}
	e := start(t, engine.Config{Programs: []engine.Program{flood{printed}}, Limits: engine.Limits{Outbound: 50}})
	slow, other := connect(t, e), connect(t, e)
	id := slow.ask(&wire.Command{Kind: wire.Launch, Program: "flood", Capture: true}).text
	for range 500 {
		other.ask(&wire.Command{Kind: wire.Ping})
	}
	// The window of the connection, what the writer holds, what waits, and what the client's own buffer took.
	if most := int64((256<<10)/64 + 2*50 + 4096/64); printed.Load() > most {
		t.Errorf("%d pieces were printed for nobody, %d fit", printed.Load(), most)
	}
	for i := range floodPieces {
		if ev := slow.next(id); ev.Kind != wire.Stdout || ev.text != fmt.Sprintf("%063d\n", i) {
			t.Fatalf("piece %d: %v %q", i, ev.Kind, ev.text)
		}
	}
	if ev := slow.next(id); ev.Kind != wire.Completed {
		t.Errorf("got %v", ev.Kind)
	}
}

func TestManyWaitForOneSlowReader(t *testing.T) {
	e := start(t, engine.Config{Limits: engine.Limits{Outbound: 20}})
	c := connect(t, e)
	for range 300 {
		c.send(c.launching("source", `{"n":20,"size":16}`))
	}
	pieces, ends := 0, 0
	for ends < 300 {
		ev, err := c.read()
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case ev.Kind == wire.Stdout:
			pieces++
		case ev.Kind.Terminal():
			ends++
		}
	}
	if pieces != 6000 {
		t.Errorf("got %d pieces", pieces)
	}
}

func TestAFullInboxEndsItsProcess(t *testing.T) {
	c := connect(t, start(t, engine.Config{Limits: engine.Limits{Inbox: 10_000}}))
	id := c.launch("sleep", `{"seconds":3600}`)
	for range 20 {
		c.send(&wire.Command{Kind: wire.Signal, ID: id, Text: strings.Repeat("x", 1000)})
	}
	if ev := c.next(id); ev.Kind != wire.Exception || !strings.Contains(ev.text, "unread messages") {
		t.Errorf("got %v %q", ev.Kind, ev.text)
	}
}

func TestRetainedResultsAreBounded(t *testing.T) {
	e := start(t, engine.Config{Limits: engine.Limits{Retained: 5}})
	c := connect(t, e)
	for range 12 {
		launch := c.launching("noop", "")
		launch.Capture = false
		c.ask(launch)
	}
	waiting(t, "five are left", func() bool { return len(e.Instances()) == 5 })
}

func TestTenThousandAtOnce(t *testing.T) {
	const n = 10_000
	e := start(t, engine.Config{})
	c := connect(t, e)
	ids := make([]string, 0, n)
	before := heap()
	go func() {
		for i := range uint32(n) {
			launch := c.launching("echo", "")
			launch.Corr = i + 1
			c.send(launch)
		}
	}()
	for range n {
		ev, err := c.read()
		if err != nil || !ev.OK {
			t.Fatal(err, ev)
		}
		ids = append(ids, ev.text)
	}
	t.Logf("%d bytes for each of %d processes, without stacks", (heap()-before)/n, n)
	go func() {
		for _, id := range ids {
			c.send(&wire.Command{Kind: wire.Signal, Corr: 1, ID: id, Text: "bye"})
		}
	}()
	for range n {
		if ev, err := c.read(); err != nil || ev.Kind != wire.Completed {
			t.Fatal(err, ev)
		}
	}
	waiting(t, "all gone", func() bool { return len(e.Instances()) == 0 })
}

// heap is the bytes in use after a collection.
func heap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func TestMaxConcurrentQueuesAfterTheAnswer(t *testing.T) {
	e := start(t, engine.Config{MaxConcurrent: 1})
	c := connect(t, e)
	first, second, third := c.launch("echo", ""), c.launch("echo", ""), c.launch("echo", "")
	c.send(&wire.Command{Kind: wire.Signal, ID: third, Text: "kept while queued"})
	if ev := c.ask(&wire.Command{Kind: wire.Terminate, ID: second}); !ev.OK {
		t.Error(ev.text)
	}
	if ev := c.next(second); ev.Kind != wire.Aborted {
		t.Errorf("got %v", ev.Kind)
	}
	c.send(&wire.Command{Kind: wire.Signal, ID: first, Text: "bye"})
	c.rest(first)
	if ev := c.next(third); ev.text != "kept while queued" {
		t.Errorf("got %v %q", ev.Kind, ev.text)
	}
}

func TestTokenRatePacesACompletion(t *testing.T) {
	clock := newVirtualClock(t)
	e := start(t, engine.Config{Clock: clock, TokenRate: 10})
	c := connect(t, e)
	id := c.launch("text-completion", `{"prompt":"slowly","max_tokens":5}`)
	begun, done := clock.Now(), make(chan struct{})
	go func() {
		defer close(done)
		clock.advance(time.Second)
	}()
	if events := c.rest(id); len(events) != 6 {
		t.Errorf("got %d events", len(events))
	}
	if passed := clock.Now().Sub(begun); passed < 500*time.Millisecond {
		t.Errorf("5 tokens took %v", passed)
	}
	_ = c.ws.Close() // nothing is on its way any more
	<-done
}
