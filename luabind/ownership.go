package luabind

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// ownedBy tells the scheduler which Go resource a Lua value stands for.
func ownedBy(v lua.LValue) (sched.Owned, bool) {
	if u, ok := v.(*lua.LUserData); ok {
		switch o := u.Value.(type) {
		case *instance:
			return o, o.scope != nil
		case sched.Owned:
			return o, true
		}
	}
	return nil, false
}

// own gives the instance to a scope, the innermost for nil.
func (i *instance) own(scope *sched.Scope) {
	if scope == nil {
		scope = i.rt.sched.Current().Scope()
	}
	i.scope = scope
	if !i.settled {
		scope.Own(i)
	}
}

// Moved tells that the instance belongs to another scope now.
func (i *instance) Moved(to *sched.Scope) { i.scope = to }

// Ended tells that there is nothing to release.
func (i *instance) Ended() bool {
	if !i.settled && i.inner.Settled() {
		i.settle()
	}
	return i.settled && !i.adrift
}

// Release terminates the instance because its scope has ended; done is called, on any goroutine, when the server has
// confirmed it or will not.
func (i *instance) Release(done func()) {
	if i.scope == i.rt.sched.Root() {
		left := i.left("")
		i.rt.report.add(func(r *Report) { r.Ended = append(r.Ended, left) })
	}
	i.release(i.scopeEnded(), done)
}

// release terminates the instance; whoever uses it from now on is told why.
func (i *instance) release(why *luavalue.Error, done func()) {
	i.failure, i.scope = why, nil
	i.pending, i.next = nil, 0
	i.finish(done)
	i.wake()
}

// finish terminates the instance on a goroutine of the runtime and calls done behind it. Further calls wait for the
// first one's outcome.
func (i *instance) finish(done func()) {
	if before := i.dying; before != nil {
		i.rt.work.Go(func() { <-before; done() })
		return
	}
	i.asked = true
	dying, adrift, where := make(chan struct{}), i.adrift, i.where.String()
	i.dying = dying
	i.rt.work.Go(func() {
		if adrift {
			i.endAdrift()
		} else {
			i.terminated.Store(i.rt.end(i.inner, where))
		}
		close(dying)
		done()
	})
}

// scopeEnded is the error of using an instance that its scope has ended.
func (i *instance) scopeEnded() *luavalue.Error {
	words := "its owner has ended"
	if i.scope != nil && i.scope.Where() != "" {
		words = fmt.Sprintf("the scope that owned it (%s at %s) has ended", i.scope.Kind(), i.scope.Where())
	}
	return i.gone(words).WithHint("return it from that scope as a value of its own, or launch it with the option scope = s of a longer one")
}

// gone is the error of using an instance that the host has ended for its owner.
func (i *instance) gone(why string) *luavalue.Error {
	e := luavalue.Errorf(luavalue.KindRefused, "the instance launched at %s is gone: %s", i.where.String(), why)
	e.InstanceID = i.inner.ID()
	return e
}

// left is the instance as the report names it.
func (i *instance) left(why string) LeftInstance {
	return LeftInstance{ID: i.inner.ID(), Program: cmp.Or(i.program(), "an instance"), Where: i.where.String(), Why: why}
}

// dispose ends an instance that its only user has left, without waiting for it.
func (i *instance) dispose() {
	if !i.Ended() && i.dying == nil {
		i.finish(func() {})
	}
}

// end terminates an instance and reports what came of it: true when the server has ended it. Any goroutine.
func (rt *Runtime) end(inner *pie.Instance, where string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	there, err := inner.End(ctx)
	rt.ended(inner.Client(), LeftInstance{ID: inner.ID(), Program: inner.Program(), Where: where}, there, err)
	return there && err == nil
}

// endAdrift terminates, by its id, an instance whose connection was lost. Any goroutine.
func (i *instance) endAdrift() {
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	there, err := i.client.inner.Terminate(ctx, i.inner.ID())
	i.rt.ended(i.client.inner, i.left(""), there, err)
}

// ended reports what came of a terminate: the server did not confirm it, or had no such instance. What the embedded
// engine did not confirm ends with it. Any goroutine.
func (rt *Runtime) ended(by *pie.Client, left LeftInstance, there bool, err error) {
	switch {
	case err != nil && !isEmbedded(by):
		left.Why = luaError("", err).Message
		rt.unconfirmed(left)
	case !there:
		rt.report.add(func(r *Report) { r.Without(left.ID) })
	}
}

// unconfirmed reports an instance that may still be running, once. What the end of the script has terminated is known by
// its line.
func (rt *Runtime) unconfirmed(left LeftInstance) {
	same := func(l LeftInstance) bool { return l.ID == left.ID }
	rt.report.add(func(r *Report) {
		if slices.ContainsFunc(r.Unconfirmed, same) {
			return
		}
		if at := slices.IndexFunc(r.Ended, same); at >= 0 {
			left.Program, left.Where = r.Ended[at].Program, r.Ended[at].Where
		}
		r.Unconfirmed = append(r.Unconfirmed, left)
	})
}

// endTimeout is how long a server may take to answer a terminate.
const endTimeout = 10 * time.Second
