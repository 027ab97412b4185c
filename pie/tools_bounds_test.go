package pie_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// Any number of requests at once: all are answered, few are at work, and what is beyond the bound is told so.
func TestManyToolRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 2000
		answers := make(chan wire.Command, n)
		f := newFake(t, "process-0.4", func(c *fakeConn) {
			cmd := c.want(wire.RegisterMCP)
			c.yes(&cmd, "MCP server registered")
			go func() {
				for corr := range uint32(n) {
					c.tell(wire.Event{Kind: wire.MCPRequest, Corr: corr + 1, ID: []byte(idA), Name: []byte("demo"), Method: []byte("tools/call"), Text: []byte("{}")})
				}
			}()
			for cmd := range c.commands() {
				if cmd.Kind == wire.MCPAnswer {
					answers <- *cmd
				}
			}
		})
		c := f.dial(nil)
		var now, most atomic.Int64
		gate := make(chan struct{})
		offer(t, c, func(ctx context.Context, _, _ string) (string, error) {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			<-gate
			return "{}", nil
		}, pie.Offer{})
		synctest.Wait() // all have come
		close(gate)
		good, seen := 0, map[uint32]bool{}
		for range n {
			a := <-answers
			seen[a.Corr] = true
			if a.OK {
				good++
			} else if !strings.Contains(a.Text, "1024 requests wait for tools already") {
				t.Error(a.Text)
			}
		}
		if len(seen) != n || good < 1024 || most.Load() > 32 {
			t.Errorf("%d answered, %d well, %d at once", len(seen), good, most.Load())
		}
		c.Close(context.Background())
		f.stop()
	})
}

// TestLargeToolRequests: what programs ask is bounded in bytes as well.
func TestLargeToolRequests(t *testing.T) {
	const n, large = 10, 300_000
	answers := make(chan wire.Command, n)
	f := newFake(t, "process-0.4", func(c *fakeConn) {
		cmd := c.want(wire.RegisterMCP)
		c.yes(&cmd, "MCP server registered")
		text := []byte(`{"x":"` + strings.Repeat("y", large) + `"}`)
		go func() {
			for corr := range uint32(n) {
				c.tell(wire.Event{Kind: wire.MCPRequest, Corr: corr + 1, ID: []byte(idA), Name: []byte("demo"), Method: []byte("tools/call"), Text: text})
			}
		}()
		for cmd := range c.commands() {
			if cmd.Kind == wire.MCPAnswer {
				answers <- *cmd
			}
		}
	})
	c := f.dial(func(cfg *pie.Config) { cfg.OutBuffer, cfg.ToolsAtOnce = 1_000_000, 1 })
	enough := make(chan struct{})
	offer(t, c, func(context.Context, string, string) (string, error) {
		<-enough
		return "{}", nil
	}, pie.Offer{})
	for range n - 3 {
		if a := <-answers; a.OK || !strings.Contains(a.Text, "3 requests wait for tools already") {
			t.Errorf("%+v", a)
		}
	}
	close(enough)
	for range 3 {
		if a := <-answers; !a.OK {
			t.Errorf("%+v", a)
		}
	}
}
