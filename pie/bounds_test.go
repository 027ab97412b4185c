package pie_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// TestAMillionEmptyMessages: each counts, though it has no bytes.
func TestAMillionEmptyMessages(t *testing.T) {
	const bound = 4 << 20
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		c.want(wire.Ping)
		out := frames{c: c}
		for range 1000 {
			out.add(wire.Event{Kind: wire.Message, ID: []byte(idA)})
		}
		thousand := out.buf
		for range 1000 {
			_, _ = c.raw.Write(thousand)
		}
		c.serveRest()
	})
	c := f.dial(nil)
	i := launch(t, c, pie.Launch{Buffer: bound})
	before := heap()
	go c.Ping(t.Context())
	<-i.Done()
	ping(t, c)
	grew(t, "a million empty messages", before, 2*bound)
	events, err := collect(t, i)
	if len(events) != bound/64 || !errors.Is(err, pie.ErrOverflow) || !strings.Contains(err.Error(), fmt.Sprint(1_000_000-bound/64)) {
		t.Errorf("%d events, %v", len(events), err)
	}
}

// TestTenThousandInstancesPrintAtOnce and nobody reads: together they hold what the client's bound says, and of each one
// the event with which it was reached.
func TestTenThousandInstancesPrintAtOnce(t *testing.T) {
	const many, rounds, size, bound = 10_000, 5, 1000, 16 << 20
	id := func(n int) string { return fmt.Sprintf("%08d-aaaa-4aaa-8aaa-aaaaaaaaaaaa", n) }
	all := make(chan struct{})
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		for n := range many {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, id(n))
		}
		<-all
		out, text := frames{c: c}, []byte(strings.Repeat("x", size))
		for range rounds {
			for n := range many {
				if out.add(wire.Event{Kind: wire.Stdout, ID: []byte(id(n)), Text: text}); n%100 == 99 {
					out.flush()
				}
			}
		}
		c.serveRest()
	})
	c := f.dial(func(cfg *pie.Config) { cfg.Buffer, cfg.RequestTimeout = bound, 10*time.Minute })
	var list []*pie.Instance
	for range many {
		list = append(list, launch(t, c, pie.Launch{}))
	}
	before := heap()
	close(all)
	ping(t, c)
	const over = many * (size + 64) // with which each one failed
	const ending = many * 8 << 10   // the goroutine that ends it, and its question
	grew(t, "10,000 that print at once", before, bound+over+ending)
	events, failed := 0, 0
	for _, i := range list {
		events += len(i.Take(nil))
		if errors.Is(i.Failure(), pie.ErrOverflow) {
			failed++
		}
	}
	if held := int64(events) * (size + 64); held < bound || held > bound+over || failed < many-bound/(size+64) {
		t.Errorf("%d events were held, %d instances failed", events, failed)
	}
}

// TestLargeMessages: the read limit is exact, and one message of 64 MiB passes and leaves nothing behind.
func TestLargeMessages(t *testing.T) {
	limit := int64(pie.DefaultReadLimit)
	frame, _, err := known(t, "worker-0.5").EncodeEvent(nil, &wire.Event{Kind: wire.Message, ID: []byte(idA), Text: make([]byte, limit-1000)})
	if err != nil {
		t.Fatal(err)
	}
	room := int(limit) - len(frame) + int(limit-1000)
	for _, over := range []int{0, 1} {
		f := newFake(t, "worker-0.5", func(c *fakeConn) {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, idA)
			c.tell(wire.Event{Kind: wire.Message, ID: []byte(idA), Text: make([]byte, room+over)})
			c.done(idA, "")
			c.serveRest()
		})
		c := f.dial(nil)
		i := launch(t, c, pie.Launch{})
		events, err := collect(t, i)
		switch {
		case over == 0 && (err != nil || len(events) != 2 || events[0].Size != room):
			t.Errorf("a message of the limit: %d events, %v", len(events), err)
		case over == 1 && (len(events) != 0 || !errors.Is(err, pie.ErrProtocol) || !strings.Contains(err.Error(), fmt.Sprint(limit))):
			t.Errorf("a message over the limit: %d events, %v", len(events), err)
		}
		c.Close(t.Context())
		f.stop()
	}
}

// TestLargeEndsMeetTheClientsBound: results that nobody has read count like everything else, small ones always fit.
func TestLargeEndsMeetTheClientsBound(t *testing.T) {
	const bound, size = 1 << 20, 300_000
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		for n := range 6 {
			cmd := c.want(wire.Launch)
			id := fmt.Sprintf("%08d-aaaa-4aaa-8aaa-aaaaaaaaaaaa", n)
			c.yes(&cmd, id)
			text := strings.Repeat("x", size)
			if n == 5 {
				text = "small"
			}
			c.done(id, text)
		}
		c.serveRest()
	})
	c := f.dial(func(cfg *pie.Config) { cfg.Buffer = bound })
	var all []*pie.Instance
	for range 6 {
		all = append(all, launch(t, c, pie.Launch{}))
	}
	ping(t, c)
	for n, i := range all {
		events, err := collect(t, i)
		if fits := n < bound/size || n == 5; fits && (err != nil || len(events) != 1) || !fits && !errors.Is(err, pie.ErrOverflow) {
			t.Errorf("%d: %d events, %v", n, len(events), err)
		}
		if errors.Is(err, pie.ErrOverflow) && !strings.Contains(err.Error(), fmt.Sprint(bound)) {
			t.Errorf("%d: not of the client's bound: %v", n, err)
		}
	}
	if left := c.Unconfirmed(); len(left) != 0 {
		t.Errorf("%v", left)
	}
}

// TestFinishedAndUnreadAreBounded: the oldest go, and count no more.
func TestFinishedAndUnreadAreBounded(t *testing.T) {
	const many, kept = 20, 5
	id := func(n int) string { return fmt.Sprintf("%08d-aaaa-4aaa-8aaa-aaaaaaaaaaaa", n) }
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		n := 0
		for cmd := range c.commands() {
			switch cmd.Kind {
			case wire.Launch:
				c.yes(cmd, id(n))
				c.out(id(n), strings.Repeat("x", 100_000))
				c.done(id(n), fmt.Sprint("result ", n))
				n++
			case wire.List:
				c.yes(cmd, "[]")
			default:
				c.yes(cmd, "")
			}
		}
	})
	c := f.dial(func(cfg *pie.Config) { cfg.Finished, cfg.Buffer = kept, 700_000 })
	for range many {
		launch(t, c, pie.Launch{Detached: true})
		ping(t, c)
	}
	found := 0
	for n := range many {
		if i, err := c.Attach(soon(t), id(n)); err == nil {
			events, err := collect(t, i)
			if found++; n < many-kept || err != nil || text(events, pie.Stdout) != strings.Repeat("x", 100_000) {
				t.Errorf("%d: %d events, %v", n, len(events), err)
			}
		}
	}
	if found != kept {
		t.Errorf("%d were found, %d are kept", found, kept)
	}
}
