package luabind

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// unborn is an instance whose launch the server has not answered yet. The scope that waits owns it: when that is
// cancelled, what the server starts all the same has been terminated before the scope is left.
type unborn struct {
	sched.Ownership
	c     *client
	task  *sched.Task
	spec  *pie.Launch
	sent  atomic.Bool // from here on the server may start something
	taken bool        // it has become an instance, or an error that was told

	mu       sync.Mutex
	abandon  func()        // nobody waits for the answer any more; nil: nothing was begun
	dropped  bool          // the task does not come back for it
	refused  bool          // it takes an ordinary launch
	over     bool          // inner and err are known
	answered chan struct{} // closed then; made for whoever waits
	inner    *pie.Instance // nil: nothing was started
	err      error
}

func (l *launch) unborn() *unborn {
	u := &unborn{c: l.c, task: l.c.rt.sched.Current(), spec: &l.spec}
	u.spec.Sent = func() { u.sent.Store(true) }
	return u
}

// await launches; only this task waits. It raises when the task is cancelled.
func (u *unborn) await(L *lua.LState, limit time.Duration) (*pie.Instance, error) {
	scope := u.task.Scope()
	scope.Own(u)
	inner, err := u.begin(L, limit)
	scope.Disown(u)
	if u.taken = u.isOver(); !u.taken { // the limit has passed: what is still started is ended without anybody waiting
		u.Release(func() {})
	}
	return inner, err
}

// begin sends the launch and waits: without a goroutine of its own where the client can do so. The limit is the
// request's own deadline then.
func (u *unborn) begin(L *lua.LState, limit time.Duration) (*pie.Instance, error) {
	u.c.rt.sched.Expect() // until post: this wait is no deadlock
	u.c.rt.births.add(u)
	u.task.WaitFor(L, -1, func() bool { return u.isOver() || u.isRefused() })
	if u.isRefused() {
		return u.launch(L, limit)
	}
	return u.inner, u.err
}

// send begins the launch, unless the task has left. Any goroutine.
func (u *unborn) send() {
	if u.isDropped() {
		u.finish(nil, nil)
		return
	}
	abandon, ok := u.c.inner.Begin(u.spec, u.finish)
	u.mu.Lock()
	u.abandon, u.refused = abandon, !ok
	alone := u.refused && u.dropped
	u.mu.Unlock()
	switch {
	case alone:
		u.finish(nil, nil)
	case !ok:
		u.sent.Store(false)
		u.post()
	}
}

// finish takes what became of a launch that was begun. Any goroutine.
func (u *unborn) finish(inner *pie.Instance, err error) {
	u.settle(inner, err)
	u.post()
}

// post has the task look.
func (u *unborn) post() {
	s := u.c.rt.sched
	s.Post(func() {
		u.task.Wake()
		s.Came()
	})
}

func (u *unborn) settle(inner *pie.Instance, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over {
		return
	}
	u.inner, u.err, u.over = inner, err, true
	if u.answered != nil {
		close(u.answered)
	}
}

// launch is for launches before which something has to be found out or waited for.
func (u *unborn) launch(L *lua.LState, limit time.Duration) (*pie.Instance, error) {
	ctx, cancel := context.WithCancel(context.Background()) // the launch's own: a cancelled task does not cut it short
	u.mu.Lock()
	u.abandon = cancel
	u.mu.Unlock()
	return sched.Await(L, limit, func(context.Context) (*pie.Instance, error) {
		defer cancel()
		defer u.settle(nil, nil)
		inner, err := u.c.inner.Launch(ctx, *u.spec)
		u.settle(inner, err)
		return inner, err
	}, nil)
}

// cancel gives the launch up. Any goroutine.
func (u *unborn) cancel() {
	u.mu.Lock()
	u.dropped = true
	abandon, alone := u.abandon, u.refused && u.abandon == nil
	u.mu.Unlock()
	switch {
	case abandon != nil:
		abandon()
	case alone: // the task does not come to launch it
		u.settle(nil, nil)
	}
}

func (u *unborn) isDropped() bool { return u.is(&u.dropped) }
func (u *unborn) isRefused() bool { return u.is(&u.refused) }
func (u *unborn) isOver() bool    { return u.is(&u.over) }

func (u *unborn) is(flag *bool) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return *flag
}

// Ended tells that somebody else has the instance now.
func (u *unborn) Ended() bool { return u.taken }

// Release ends what the launch brings. Before it was sent it is taken back.
func (u *unborn) Release(done func()) {
	u.taken = true
	if !u.sent.Load() {
		u.cancel()
	}
	rt := u.c.rt
	rt.work.Go(func() {
		defer done()
		stop := rt.cfg.Clock.AfterFunc(endTimeout, u.cancel) // then the client ends it when the answer comes
		defer stop()
		u.wait()
		if u.inner != nil {
			rt.end(u.inner, "")
		}
	})
}

// wait returns when it is known what became of the launch.
func (u *unborn) wait() {
	u.mu.Lock()
	over := u.over
	if !over && u.answered == nil {
		u.answered = make(chan struct{})
	}
	u.mu.Unlock()
	if !over {
		<-u.answered
	}
}
