package pie_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// heap is how many bytes live.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first one has finalized
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// grew fails if more than most bytes live beyond before.
func grew(t *testing.T, what string, before, most int64) {
	t.Helper()
	if n := heap() - before; n > most {
		t.Errorf("%s: %d KiB live, %d KiB are allowed", what, n>>10, most>>10)
	}
}

// frames are messages as a server writes them, many in one piece.
type frames struct {
	c   *fakeConn
	buf []byte
}

func (f *frames) add(e wire.Event) {
	payload, _, err := f.c.f.dialect.EncodeEvent(nil, &e)
	if err != nil {
		f.c.f.t.Error(err)
	}
	f.buf = append(f.buf, 0x82) // binary, whole
	switch n := len(payload); {
	case n < 126:
		f.buf = append(f.buf, byte(n))
	case n < 1<<16:
		f.buf = binary.BigEndian.AppendUint16(append(f.buf, 126), uint16(n))
	default:
		f.buf = binary.BigEndian.AppendUint64(append(f.buf, 127), uint64(n))
	}
	f.buf = append(f.buf, payload...)
}

// flush writes them; an error is the client's leaving.
func (f *frames) flush() {
	_, _ = f.c.raw.Write(f.buf)
	f.buf = f.buf[:0]
}

// serveRest answers whatever comes with yes.
func (c *fakeConn) serveRest() {
	for cmd := range c.commands() {
		c.yes(cmd, "")
	}
}

// ping returns when the client has read all that the server said before.
func ping(t *testing.T, c *pie.Client) {
	t.Helper()
	if _, err := c.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

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
	frame, _, err := worker(t).EncodeEvent(nil, &wire.Event{Kind: wire.Message, ID: []byte(idA), Text: make([]byte, limit-1000)})
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

func worker(t *testing.T) *wire.Dialect {
	t.Helper()
	d, err := wire.Find("worker-0.5")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestAFrameThatLiesAboutItsLength: memory is taken for what comes, not for what is announced.
func TestAFrameThatLiesAboutItsLength(t *testing.T) {
	for _, announced := range []uint64{63 << 20, 1 << 40, 1<<63 - 1, 1<<64 - 1} {
		sent, over := make(chan struct{}), make(chan struct{})
		f := newFake(t, "worker-0.5", func(c *fakeConn) {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, idA)
			head := binary.BigEndian.AppendUint64([]byte{0x82, 127}, announced)
			_, _ = c.raw.Write(append(head, make([]byte, 100)...))
			close(sent)
			<-over
		})
		c := f.dial(nil)
		i := launch(t, c, pie.Launch{})
		before := heap()
		<-sent
		grew(t, fmt.Sprintf("%d bytes announced", announced), before, 1<<20)
		close(over)
		_, err := collect(t, i)
		if !errors.Is(err, pie.ErrProtocol) && !errors.Is(err, pie.ErrLost) {
			t.Errorf("%d bytes announced: %v", announced, err)
		}
		c.Close(t.Context())
		f.stop()
	}
}

// TestAServerThatNeverAnswers: every launch is given up at its deadline, and what was sent with it is let go of, though
// its answer may still come.
func TestAServerThatNeverAnswers(t *testing.T) {
	for _, begun := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t, "worker-0.5", func(c *fakeConn) { c.idle() })
			c := f.dial(nil)
			before := heap()
			for range 40 {
				input := strings.Repeat("x", 1<<20)
				p := pie.Launch{Program: "p@1.0.0", Input: &input, Timeout: time.Second}
				err := launchOrBegin(t, c, p, begun)
				if !errors.Is(err, pie.ErrTimeout) {
					t.Fatal(err)
				}
			}
			grew(t, "40 launches of 1 MiB without an answer", before, 8<<20)
			if _, err := c.Ping(t.Context()); !errors.Is(err, pie.ErrTimeout) {
				t.Error(err)
			}
			c.Close(t.Context())
			f.stop()
		})
	}
}

func launchOrBegin(t *testing.T, c *pie.Client, p pie.Launch, begin bool) error {
	t.Helper()
	if !begin {
		_, err := c.Launch(t.Context(), p)
		return err
	}
	failed := make(chan error, 1)
	if _, ok := c.Begin(p, func(_ *pie.Instance, err error) { failed <- err }); !ok {
		t.Fatal("it cannot begin")
	}
	return <-failed
}

// TestAServerThatAnswersForOthers: answers that nobody waits for, twice and by the hundred thousand, leave nothing.
func TestAServerThatAnswersForOthers(t *testing.T) {
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Ping)
		out := frames{c: c}
		for n := range uint32(20_000) {
			out.add(wire.Event{Kind: wire.Answer, Corr: 1000 + n/2, For: wire.Launch, OK: true, Text: []byte(idA)})
			out.add(wire.Event{Kind: wire.Stdout, ID: fmt.Appendf(nil, "%08d-bbbb-4aaa-8aaa-aaaaaaaaaaaa", n), Text: make([]byte, 100)})
			if len(out.buf) > 1<<20 {
				out.flush()
			}
		}
		out.flush()
		c.yes(&cmd, "")
		c.serveRest()
	})
	c := f.dial(nil)
	before := heap()
	ping(t, c)
	grew(t, "what nobody waits for", before, 6<<20) // 4 MiB are kept for instances that are told of late
}

// TestAServerThatSendsGarbage of all kinds: the connection ends, in words, or what is unknown is passed over.
func TestAServerThatSendsGarbage(t *testing.T) {
	for n := range 64 {
		garbage := noise(1 + n*n)
		f := newFake(t, "worker-0.5", func(c *fakeConn) {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, idA)
			if n%2 == 0 {
				_, _ = c.raw.Write(garbage)
			} else {
				_ = c.ws.WriteMessage(websocket.BinaryMessage, garbage)
			}
		})
		c := f.dial(nil)
		events, err := collect(t, launch(t, c, pie.Launch{}))
		if len(events) != 0 || !errors.Is(err, pie.ErrProtocol) && !errors.Is(err, pie.ErrLost) {
			t.Errorf("%d bytes of it: %v %v", len(garbage), events, err)
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
