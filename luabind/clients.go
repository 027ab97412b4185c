package luabind

import (
	"context"
	"sync"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// clients are all clients of one run. Scheduler's goroutine, and the one that called RunFile after it.
type clients struct {
	rt   *Runtime
	all  []*client
	main *client // the shared one, made at first use
}

func newClients(rt *Runtime) *clients { return &clients{rt: rt} }

// shared gives the client of pie.default, not connected yet at the first call.
func (cs *clients) shared(L *lua.LState) *client {
	if cs.main == nil {
		none := luavalue.OptsTable(L, nil, "pie.default")
		cs.main = cs.rt.newClient(cs.rt.clientConfig(L, "pie.default", lua.LNil, none))
	}
	return cs.main
}

// closeAll closes what the script left open, all at once, when its root scope has ended.
func (cs *clients) closeAll() {
	var wg sync.WaitGroup
	for _, c := range cs.all {
		if c.inner == nil || c.closed {
			continue
		}
		c.closed = true
		wg.Go(func() { cs.closeOne(c) })
	}
	wg.Wait()
}

func (cs *clients) closeOne(c *client) {
	cs.tellDetached(c)
	closeClient(c.inner, cs.rt.cfg.Grace)
}

// tellDetached reports the detached instances that end with the embedded engine.
func (cs *clients) tellDetached(c *client) {
	if len(c.detached) == 0 || c.config.URI != embeddedURI {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), cs.rt.cfg.Grace)
	defer cancel()
	running, err := c.inner.List(ctx)
	if err != nil {
		return // the connection is gone, and the engine's end with it
	}
	for _, info := range running {
		if i, ours := c.detached[info.InstanceID]; ours && info.State != "finished" {
			cs.rt.report.add(func(r *Report) { r.Kept = append(r.Kept, i) })
		}
	}
}

// closeClient closes a connection within the grace.
func closeClient(inner *pie.Client, grace time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	_ = inner.Close(ctx) // what it cannot close in time is dropped: there is nobody left to tell
}
