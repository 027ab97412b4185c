package pie_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

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
	if _, ok := c.Begin(&p, func(_ *pie.Instance, err error) { failed <- err }); !ok {
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
