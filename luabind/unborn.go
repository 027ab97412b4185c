package luabind

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// unborn is an instance whose launch the server has not answered yet. The scope that waits owns it: when that is
// cancelled, what the server starts all the same has been terminated before the scope is left.
type unborn struct {
	rt       *Runtime
	spec     pie.Launch
	cancel   func()        // nobody waits for the answer any more
	sent     atomic.Bool   // from here on the server may start something
	answered chan struct{} // closed behind inner
	inner    *pie.Instance // nil: nothing was started
	taken    bool          // it has become an instance, or an error that was told
}

func (l *launch) unborn() *unborn {
	u := &unborn{rt: l.c.rt, spec: l.spec, answered: make(chan struct{})}
	u.spec.Sent = func() { u.sent.Store(true) }
	return u
}

// await launches; only this task waits. It raises when the task is cancelled.
func (u *unborn) await(L *lua.LState, c *client, limit time.Duration) (*pie.Instance, error) {
	scope := c.rt.sched.Current().Scope()
	scope.Own(u)
	inner, err := u.begin(L, c, limit)
	scope.Disown(u)
	select {
	case <-u.answered:
		u.taken = true
	default: // the limit has passed: what is still started is ended without anybody waiting
		u.Release(func() {})
	}
	return inner, err
}

// begin sends the launch and waits: without a goroutine of its own where the client can do so. The limit is the
// request's own deadline then. The sending is posted: on the stack of a task it would leave that large for good.
func (u *unborn) begin(L *lua.LState, c *client, limit time.Duration) (*pie.Instance, error) {
	s := c.rt.sched
	task, begun, refused, dropped := s.Current(), false, false, false
	var err error
	u.cancel = func() {
		if dropped = true; refused {
			close(u.answered) // the task does not come to launch it
		}
	}
	s.Hold()
	finish := func(inner *pie.Instance, e error) {
		u.inner, err = inner, e
		close(u.answered)
		s.Post(func() { begun = true; task.Wake(); s.Release() })
	}
	s.Post(func() {
		if dropped {
			finish(nil, nil)
			return
		}
		cancel, ok := c.inner.Begin(u.spec, finish)
		if ok {
			u.cancel = cancel
			return
		}
		refused = true
		u.sent.Store(false)
		task.Wake()
		s.Release()
	})
	task.WaitFor(L, -1, func() bool { return begun || refused })
	if refused {
		return u.launch(L, c, limit)
	}
	return u.inner, err
}

// launch is for launches before which something has to be found out or waited for.
func (u *unborn) launch(L *lua.LState, c *client, limit time.Duration) (*pie.Instance, error) {
	ctx, cancel := context.WithCancel(context.Background()) // the launch's own: a cancelled task does not cut it short
	u.cancel = cancel
	return sched.Await(L, limit, func(context.Context) (*pie.Instance, error) {
		defer cancel()
		defer close(u.answered)
		var err error
		u.inner, err = c.inner.Launch(ctx, u.spec)
		return u.inner, err
	}, nil)
}

// Ended tells that somebody else has the instance now.
func (u *unborn) Ended() bool { return u.taken }

// Release ends what the launch brings. Before it was sent it is taken back.
func (u *unborn) Release(done func()) {
	u.taken = true
	if !u.sent.Load() {
		u.cancel()
	}
	u.rt.work.Go(func() {
		defer done()
		stop := u.rt.cfg.Clock.AfterFunc(endTimeout, u.cancel) // then the client ends it when the answer comes
		defer stop()
		<-u.answered
		if u.inner != nil {
			u.rt.end(u.inner, "")
		}
	})
}
