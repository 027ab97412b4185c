package luabind

import (
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
)

// watch starts the clocks of timeout and idle_timeout.
func (i *instance) watch() {
	if i.settled {
		return
	}
	if limit := i.opts.timeout; limit > 0 {
		i.after(i.rt.remaining(i.began, limit), func() {
			i.giveUp(luavalue.KindTimeout, "%s was not done within timeout (%s)", i.title(), limit)
		})
	}
	if i.opts.idle > 0 {
		i.watchSilence(i.activity(), i.rt.sched.Now())
	}
}

func (i *instance) after(d time.Duration, f func()) {
	i.stops = append(i.stops, i.rt.sched.After(d, f))
}

// silenceChecks is how often within idle_timeout the host looks whether something has come: a reader that told the
// time of each event would cost every event, so a silence is found up to an eighth late.
const silenceChecks = 8

// watchSilence gives the instance up when its activity has stood still since a time.
func (i *instance) watchSilence(seen int64, since time.Duration) {
	limit := i.opts.idle
	stop := i.rt.sched.After(max(limit/silenceChecks, time.Millisecond), func() {
		now := i.rt.sched.Now()
		if a := i.activity(); a != seen {
			i.watchSilence(a, now)
		} else if now-since >= limit {
			i.giveUp(luavalue.KindIdle, "%s said nothing for idle_timeout (%s)", i.title(), limit)
		} else {
			i.watchSilence(seen, since)
		}
	})
	i.idleStop = stop
}

// activity is a number that grows with each event that comes.
func (i *instance) activity() int64 { return i.inner.Received() }

// giveUp ends the instance because a limit of the host has passed: what was received stays to be read, then kind is
// raised.
func (i *instance) giveUp(kind, format string, a ...any) {
	if i.Ended() || i.failure != nil {
		return
	}
	i.pending = i.inner.Take(i.compact())
	i.failure = luavalue.Errorf(kind, format, a...)
	i.failure.InstanceID = i.inner.ID()
	i.failure.Hint = "it was terminated; raise the limit if it needs longer"
	i.dispose()
	i.wake()
}
