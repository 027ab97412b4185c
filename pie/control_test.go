package pie_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// TestControlConnection: while the server is at work on a launch, list, ping and terminate are answered over a second
// connection, which is opened once; what that one does not know is asked again on the launching one.
func TestControlConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		asked := map[int][]wire.CommandKind{}
		f := newFake(t, "process-0.4", func(c *fakeConn) {
			cmd := c.want(wire.Identify)
			c.yes(&cmd, "Authenticated (Engine disabled authentication)")
			if c.n == 1 {
				cmd = c.want(wire.Launch)
				<-release
				c.yes(&cmd, idA)
			}
			for cmd := range c.commands() {
				asked[c.n] = append(asked[c.n], cmd.Kind)
				switch cmd.Kind {
				case wire.List:
					c.yes(cmd, "[]")
				case wire.Terminate:
					c.no(cmd, "Process not found")
					if c.n == 2 { // now the launching connection is asked, too
						close(release)
					}
				default:
					c.yes(cmd, "Pong")
				}
			}
		})
		c := f.dial(func(cfg *pie.Config) { cfg.WriteTimeout = time.Hour })
		ctx := context.Background()
		launched := make(chan error, 1)
		go func() { _, err := c.Launch(ctx, pie.Launch{Program: "p@1.0.0"}); launched <- err }()
		synctest.Wait()
		if _, err := c.Ping(ctx); err != nil {
			t.Error(err)
		}
		if _, err := c.List(ctx); err != nil {
			t.Error(err)
		}
		if there, err := c.Terminate(ctx, idB); there || err != nil {
			t.Errorf("%v %v", there, err)
		}
		if err := <-launched; err != nil {
			t.Error(err)
		}
		if _, err := c.Ping(ctx); err != nil {
			t.Error(err)
		}
		c.Close(ctx)
		f.stop()
		if got := fmt.Sprint(asked); got != fmt.Sprint(map[int][]wire.CommandKind{1: {wire.Terminate, wire.Ping, wire.List}, 2: {wire.Ping, wire.List, wire.Terminate}}) {
			t.Error(got)
		}
	})
}

// gate is a journal that notes, and may refuse.
type gate struct {
	mu    sync.Mutex
	lines []string
	err   error
}

func (g *gate) note(words ...string) {
	g.mu.Lock()
	g.lines = append(g.lines, strings.Join(words, " "))
	g.mu.Unlock()
}

func (g *gate) Intent(l pie.Launching) (string, error) {
	g.note("intent", l.Program)
	return "t", g.err
}
func (g *gate) Launched(ticket, id string)         { g.note("launched", ticket, id[:4]) }
func (g *gate) Refused(ticket string)              { g.note("refused", ticket) }
func (g *gate) Claimed(_ pie.Launching, id string) { g.note("claimed", id[:4]) }
func (g *gate) Sync()                              {}
func (g *gate) Detached(id string)                 { g.note("detached", id[:4]) }
func (g *gate) Ended(id string)                    { g.note("ended", id[:4]) }

func (g *gate) all() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return strings.Join(g.lines, "; ")
}

func TestJournalIsToldWhatIsLeftBehind(t *testing.T) {
	const p = "p@1.0.0"
	for name, test := range map[string]struct {
		serve func(*fakeConn, wire.Command)
		want  string
	}{
		"ends":    {func(c *fakeConn, l wire.Command) { c.yes(&l, idA); c.done(idA, ""); c.idle() }, "intent p@1.0.0; launched t aaaa; ended aaaa"},
		"refused": {func(c *fakeConn, l wire.Command) { c.no(&l, "no"); c.idle() }, "intent p@1.0.0; refused t"},
		"lost":    {func(c *fakeConn, l wire.Command) { c.yes(&l, idA) }, "intent p@1.0.0; launched t aaaa"},
		"unknown": {func(c *fakeConn, l wire.Command) {}, "intent p@1.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			g := &gate{}
			f := newFake(t, "worker-0.5", func(c *fakeConn) { test.serve(c, c.want(wire.Launch)) })
			c := f.dial(func(cfg *pie.Config) { cfg.Journal = g })
			if i, err := c.Launch(soon(t), pie.Launch{Program: p}); err == nil {
				<-i.Done()
			}
			c.Close(context.Background())
			if got := g.all(); got != test.want {
				t.Errorf("%s", got)
			}
		})
	}
}

func TestNothingIsLaunchedWithoutTheJournal(t *testing.T) {
	e := serve(t, "worker-0.5")
	c := dial(t, e, func(cfg *pie.Config) { cfg.Journal = &gate{err: errors.New("disk full")} })
	if _, err := c.Launch(soon(t), pie.Launch{Program: "noop"}); !errors.Is(err, pie.ErrIO) || len(e.Instances()) != 0 {
		t.Errorf("%v", err)
	}
}

func TestMaxInstancesMakesLaunchesWait(t *testing.T) {
	c := dial(t, serve(t, "worker-0.5"), func(cfg *pie.Config) { cfg.MaxInstances = 2 })
	a, b := launch(t, c, pie.Launch{Program: "echo"}), launch(t, c, pie.Launch{Program: "echo"})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Launch(ctx, pie.Launch{Program: "echo"}); !errors.Is(err, pie.ErrTimeout) || !c.Full() {
		t.Errorf("%v, full: %v", err, c.Full())
	}
	a.Send("bye")
	third := launch(t, c, pie.Launch{Program: "echo"})
	for _, i := range []*pie.Instance{b, third} {
		i.Send("bye")
		<-i.Done()
	}
}

func TestTenThousandAtOnceAndNoEndIsLost(t *testing.T) {
	n := 10_000
	if testing.Short() {
		n = 1000
	}
	c := dial(t, serve(t, "worker-0.5"), nil)
	ended := make(chan pie.Status, n)
	for range n {
		go func() {
			i, err := c.Launch(context.Background(), pie.Launch{Program: "noop"})
			if err != nil {
				t.Error(err)
				ended <- ""
				return
			}
			<-i.Done()
			ended <- i.Status()
		}()
	}
	for range n {
		if s := <-ended; s != pie.StatusCompleted {
			t.Fatalf("status %q", s)
		}
	}
}
