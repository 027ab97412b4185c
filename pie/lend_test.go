package pie_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// frame is a WebSocket frame as a server sends it; kind 0 goes on with the message before.
func frame(kind byte, last bool, payload []byte) []byte {
	b := []byte{kind, 0}
	if last {
		b[0] |= 0x80
	}
	switch n := len(payload); {
	case n > 65535:
		b[1] = 127
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	case n > 125:
		b[1] = 126
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b[1] = byte(n)
	}
	return append(b, payload...)
}

// said is an event of instance A whose frame is of size bytes.
func said(t *testing.T, d *wire.Dialect, size int) []byte {
	t.Helper()
	for pad := max(0, size-200); ; pad++ {
		b, _, err := d.EncodeEvent(nil, &wire.Event{Kind: wire.Stdout, ID: []byte(idA), Text: bytes.Repeat([]byte("x"), pad)})
		if err != nil || len(b) >= size {
			return b
		}
	}
}

// TestLendBehindABurst: the reader is lent once for what came together, however the frames are laid out, and never
// while more of it is at hand.
func TestLendBehindABurst(t *testing.T) {
	d, _ := wire.Find("worker-0.5")
	event := func(n int) []byte { return frame(websocket.BinaryMessage, true, said(t, d, n)) }
	ping := frame(websocket.PingMessage, true, []byte("are you there?"))
	pong := frame(websocket.PongMessage, true, []byte("here"))
	half := said(t, d, 300)
	split := append(frame(websocket.BinaryMessage, false, half[:100]), frame(0, true, half[100:])...)
	for name, burst := range map[string][][]byte{
		"one":         {event(0)},
		"16":          slicesOf(event(0), 16),
		"125":         {event(125), event(0)},
		"126":         {event(126), event(0)},
		"65535":       {event(65535), event(0)},
		"65536":       {event(65536), event(0)},
		"large":       {event(600_000), event(0)},
		"pings":       {ping, event(0), pong, event(0)},
		"ping last":   {event(0), event(0), ping},
		"after parts": {split, event(0)},
	} {
		other := map[string]int32{
			"ping last": 1, "after parts": 1, // not sure of its case, it waits and tells as ever
			"large": 3, // its end was read by itself
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				more := make(chan []byte)
				f := newFake(t, "worker-0.5", func(c *fakeConn) {
					cmd := c.want(wire.Launch)
					c.yes(&cmd, idA)
					go func() { c.idle() }()
					for b := range more {
						c.raw.Write(b)
					}
					c.done(idA, "")
				})
				var lent atomic.Int32
				c := f.dial(func(cfg *pie.Config) {
					cfg.Lend = func(tell, _ func()) { lent.Add(1); tell() }
				})
				i := launch(t, c, pie.Launch{Program: "p@1.0.0"})
				n, got := bytes.Count(bytes.Join(burst, nil), []byte(idA)), 0
				for range 3 {
					lent.Store(0)
					more <- bytes.Join(burst, nil)
					more <- event(0) // a burst of its own: the other one has been read
					synctest.Wait()
					got += len(i.Take(nil))
					if l := lent.Load(); l != 2 && l != other[name] {
						t.Errorf("lent %d times", l)
					}
				}
				if got != 3*(n+1) {
					t.Errorf("%d events came, not %d", got, 3*(n+1))
				}
				close(more)
				<-i.Done()
			})
		})
	}
}

func slicesOf(b []byte, n int) (list [][]byte) {
	for range n {
		list = append(list, b)
	}
	return list
}

// TestNothingIsLentInAFlood: many events are worth the work of two goroutines.
func TestNothingIsLentInAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const many = 500
		d, _ := wire.Find("worker-0.5")
		f := newFake(t, "worker-0.5", func(c *fakeConn) {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, idA)
			c.raw.Write(bytes.Repeat(frame(websocket.BinaryMessage, true, said(t, d, 0)), many))
			c.idle()
		})
		c := f.dial(func(cfg *pie.Config) { cfg.Lend = func(tell, _ func()) { t.Error("lent"); tell() } })
		i := launch(t, c, pie.Launch{Program: "p@1.0.0"})
		synctest.Wait()
		if n := len(i.Take(nil)); n != many {
			t.Errorf("%d of %d events came", n, many)
		}
	})
}

// TestKeptReaderIsReplaced: who keeps the goroutine and says so has another one read, for as long as it likes; it may say
// so too early, too late or several times.
func TestKeptReaderIsReplaced(t *testing.T) {
	const events = 50
	for name, lend := range map[string]func(tell, late func(), kept chan struct{}){
		"kept":        func(tell, late func(), kept chan struct{}) { tell(); go late(); <-kept },
		"at once":     func(tell, late func(), _ chan struct{}) { tell(); late() },
		"afterwards":  func(tell, late func(), _ chan struct{}) { tell(); go late() },
		"early":       func(tell, late func(), _ chan struct{}) { late(); tell() },
		"many times":  func(tell, late func(), _ chan struct{}) { late(); tell(); late(); go late(); late() },
		"not at all":  func(tell, _ func(), _ chan struct{}) { tell() },
		"early, kept": func(tell, late func(), kept chan struct{}) { late(); tell(); late(); <-kept },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t, "worker-0.5", func(c *fakeConn) {
					cmd := c.want(wire.Launch)
					c.yes(&cmd, idA)
					for n := range events { // one after another: each is a burst of its own
						c.out(idA, fmt.Sprint(n))
						if cmd, ok := c.read(); !ok || cmd.Text != fmt.Sprint(n) {
							t.Errorf("it said %q to %d", cmd.Text, n)
						}
					}
					c.done(idA, "")
					c.idle()
				})
				kept := make(chan struct{})
				c := f.dial(func(cfg *pie.Config) {
					cfg.Lend = func(tell, late func()) { lend(tell, late, kept) }
				})
				i := launch(t, c, pie.Launch{Program: "p@1.0.0"})
				var came []string
				for len(came) <= events {
					for _, e := range nextOf(t, i) {
						came = append(came, e.Value.(string))
						if !e.Kind.Terminal() {
							if err := i.Send(e.Value.(string)); err != nil {
								t.Fatal(err)
							}
						}
					}
				}
				if came[events-1] != fmt.Sprint(events-1) {
					t.Errorf("%q", came)
				}
				c.Close(t.Context()) // does not wait for who was kept
				close(kept)
			})
		})
	}
}

func nextOf(t *testing.T, i *pie.Instance) []pie.Event {
	t.Helper()
	ready := make(chan struct{}, 1)
	i.OnReady(func() {
		select {
		case ready <- struct{}{}:
		default:
		}
	})
	<-ready
	return i.Take(nil)
}

// TestSentWhileLent: what is sent on the reader's goroutine goes out in its order and as a whole when it is given back, also
// to a server that does not read for a while and through a socket that takes little at once.
func TestSentWhileLent(t *testing.T) {
	const rounds = 30
	text := strings.Repeat("x", 60_000) // what one write leaves and the next one are more than is sent at once
	launched, answers := make(chan struct{}), make(chan struct{}, rounds)
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		<-launched
		for range rounds {
			c.out(idA, "go")
			select {
			case <-answers:
			case <-c.f.closed:
				return
			}
		}
		for n := range rounds { // all of it is on its way by now
			if cmd, ok := c.read(); !ok || cmd.Text != fmt.Sprint(n, text) {
				t.Errorf("message %d: %.20q", n, cmd.Text)
			}
		}
		c.done(idA, "")
		c.idle()
	})
	var i *pie.Instance
	n := 0
	c := f.dial(func(cfg *pie.Config) {
		cfg.DialContext = f.dialTCP
		cfg.Lend = func(tell, _ func()) {
			tell()
			if len(i.Take(nil)) == 0 || n == rounds {
				return
			}
			if err := i.Send(fmt.Sprint(n, text)); err != nil {
				t.Error(err)
			}
			n++
			answers <- struct{}{}
		}
	})
	i = launch(t, c, pie.Launch{Program: "p@1.0.0"})
	close(launched)
	<-i.Done()
	if err := i.Failure(); err != nil {
		t.Error(err)
	}
}

// dialTCP connects over the network, through a socket that takes little at once.
func (f *fake) dialTCP(ctx context.Context, _, _ string) (net.Conn, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	ours, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr().String())
	if err != nil {
		return nil, err
	}
	theirs, err := l.Accept()
	if err != nil {
		return nil, errors.Join(err, ours.Close())
	}
	f.pipes <- theirs
	return ours, ours.(*net.TCPConn).SetWriteBuffer(4096)
}
