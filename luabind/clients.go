package luabind

import (
	"cmp"
	"context"
	"strings"
	"sync"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// clients are all clients of one run. Scheduler's goroutine, and the one that called RunFile after it.
type clients struct {
	rt   *Runtime
	all  []*client
	main *client // the shared one, made at first use

	// By id, until somebody attaches to them again: what was launched or made detached here, and what is adrift.
	detached, adrift map[string]*instance

	visited map[string]*instance // attached to, by id
	names   map[string]string    // their programs, by id, where only this run knows them
}

func newClients(rt *Runtime) *clients {
	return &clients{rt: rt, detached: map[string]*instance{}, adrift: map[string]*instance{}, visited: map[string]*instance{}, names: map[string]string{}}
}

// finished gives a detached instance whose end came while this host was still connected: the server has delivered it
// and knows nothing of it any more. nil for any other.
func (cs *clients) finished(id string) *instance {
	i := cs.detached[id]
	if i == nil || !i.inner.Settled() || i.inner.Failure() != nil {
		return nil
	}
	return i
}

// attached notes that somebody receives from the instance again, who sees to its end.
func (cs *clients) attached(id string) {
	delete(cs.detached, id)
	if i := cs.adrift[id]; i != nil {
		delete(cs.adrift, id)
		i.disown()
	}
}

// holder is the client that receives a living instance which this run has launched; nil for any other.
func (cs *clients) holder(id string) *client {
	for _, c := range cs.all {
		for i := range c.live {
			if i.inner.ID() == id && !i.detached && !i.over() {
				return c
			}
		}
	}
	return nil
}

// shared gives the client of pie.default, not connected yet at the first call.
func (cs *clients) shared(L *lua.LState) *client {
	if cs.main == nil {
		none := luavalue.OptsTable(L, nil, "pie.default")
		cs.main = cs.rt.newClient(cs.rt.clientConfig(L, "pie.default", lua.LNil, none))
		cs.main.common = true
	}
	return cs.main
}

// closeAll closes what the script left open, all at once, when its root scope has ended.
func (cs *clients) closeAll() {
	cs.tellDetached()
	cs.countDetached()
	var wg sync.WaitGroup
	for _, c := range cs.all {
		if c.inner == nil || c.closed {
			continue
		}
		c.closed = true
		wg.Go(c.end)
	}
	wg.Wait()
}

// tellDetached reports the detached instances that end with the embedded engine.
func (cs *clients) tellDetached() {
	if !cs.mayBeDetached() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), cs.rt.cfg.Grace)
	defer cancel()
	for _, info := range cs.listEmbedded(ctx) {
		if i := cs.detached[info.InstanceID]; i != nil && info.State != "finished" {
			left := i.left("it was still running when the script ended, and ended with the embedded engine")
			cs.rt.report.add(func(r *Report) { r.Kept = append(r.Kept, left) })
		}
	}
}

// countDetached counts what goes on at servers: as far as is known here, which is not that far for what is detached.
func (cs *clients) countDetached() {
	left := map[string]bool{}
	for _, list := range []map[string]*instance{cs.detached, cs.visited} {
		for id, i := range list {
			if i.goesOn() {
				left[id] = true
			}
		}
	}
	cs.rt.report.add(func(r *Report) { r.Detached = len(left) })
}

// goesOn tells whether the instance, which nobody here owns, outlives this process.
func (i *instance) goesOn() bool {
	c := i.client
	return c.config.URI != embeddedURI && !i.inner.Settled() && !(i.attached && c.inner.Features().KillsOnClose)
}

// mayBeDetached tells whether the embedded engine may still run something detached.
func (cs *clients) mayBeDetached() bool {
	for _, i := range cs.detached {
		if i.client.config.URI == embeddedURI && !i.inner.Settled() {
			return true
		}
	}
	return false
}

// listEmbedded asks the embedded engine for its instances, over a connection that is open or one of its own. An error
// means that the engine has ended already: nothing runs there.
func (cs *clients) listEmbedded(ctx context.Context) []pie.Info {
	var config pie.Config
	for _, c := range cs.all {
		if c.config.URI != embeddedURI {
			continue
		}
		if config = c.config; c.inner != nil && !c.closed {
			list, _ := c.inner.List(ctx)
			return list
		}
	}
	inner, err := pie.Dial(ctx, config)
	if err != nil {
		return nil
	}
	defer cs.rt.closeClient(inner)
	list, _ := inner.List(ctx)
	return list
}

// end closes the client's connection when the host is done with it. Any goroutine.
func (c *client) end() {
	if c.greeted != nil {
		c.greeted()
	}
	c.rt.closeClient(c.inner)
}

// closeClient closes a connection within the grace, and reports what was to end and nothing has shown that it has. Any
// goroutine.
func (rt *Runtime) closeClient(inner *pie.Client) {
	ctx, cancel := context.WithTimeout(context.Background(), rt.cfg.Grace)
	defer cancel()
	asked := rt.unansweredOf(inner)
	_ = inner.Close(ctx) // what it cannot close in time is dropped: there is nobody left to tell
	for _, u := range inner.Unconfirmed() {
		if isEmbedded(inner) {
			break
		}
		rt.unconfirmed(LeftInstance{ID: u.InstanceID, Program: cmp.Or(u.Program, "an instance"), Why: luaError("", u.Err).Message})
	}
	if late := inner.Unanswered(ctx); len(late) > len(asked) && !isEmbedded(inner) {
		asked = append(asked, late[len(asked):]...)
	}
	for _, u := range asked {
		rt.unanswered(u)
	}
}

// unansweredOf asks for the launches that were lost with a connection, for half of the grace at most: the rest is for
// the closing. What the embedded engine runs ends with it.
func (rt *Runtime) unansweredOf(inner *pie.Client) []pie.Unanswered {
	if isEmbedded(inner) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), rt.cfg.Grace/2)
	defer cancel()
	return inner.Unanswered(ctx)
}

func isEmbedded(inner *pie.Client) bool { return strings.HasPrefix(inner.Info().URI, embeddedURI) }

// unanswered reports a launch whose id nobody was told, with what is known of it.
func (rt *Runtime) unanswered(u pie.Unanswered) {
	left := LeftInstance{Program: u.Program, ID: strings.Join(u.Candidates, " or "), Why: "its launch was not answered before the connection ended"}
	if u.Answered {
		left.Why = "the server answered its launch, but not with its id"
	}
	switch {
	case u.Err != nil:
		left.Why += ", and there is no list of the server's: " + luaError("", u.Err).Message
	case len(u.Candidates) == 0:
		left.Why += "; the server's list has nothing like it now"
	case len(u.Candidates) > 1:
		left.Why += ", so that it cannot be told which one it is"
	default:
		left.Why += "; it must be the one if nobody else launched the same"
	}
	rt.report.add(func(r *Report) { r.Unconfirmed = append(r.Unconfirmed, left) })
}
