package pie

import (
	"context"
	"time"
)

// A server may lose the end of an instance and never say so: 0.5.2 does when events of 8 MiB broke its streams one
// after the other, and 0.2 with what ends at once. Whoever waits for that end would wait for ever. So those of which
// nothing was heard for a while are called up: one list answers for all of them, and is asked for less and less often
// while it finds them well. What is missing in it twice, and has said nothing meanwhile, is settled as lost; and so is
// everybody silent when there has been no list for longer than any work takes a server.
const (
	rollPause   = 5 * time.Second // between the two looks: events may be on their way, and some servers list what has just ended
	rollSlowest = 16              // times Config.Silence, between two looks for one that stays silent
	rollProbes  = 100             // instances that are asked for one by one at a time, where the list does not tell
)

// sight is when an instance was last known to live. The roll call's own.
type sight struct {
	received int64 // events by then
	at       time.Time
	patience time.Duration // how long it may be silent from there
}

// callRolls begins the roll calls of a main link; they end with it.
func (l *link) callRolls() {
	if f := &l.dialect.Features; l.c.cfg.Silence > 0 && (f.ListComplete || f.AttachProbe) {
		l.rollSoon()
	}
}

// rollSoon looks a quarter of the shortest silence from now whether anybody has been silent for too long.
func (l *link) rollSoon() {
	l.c.clock.AfterFunc(l.c.cfg.Silence/4, func() {
		switch {
		case l.dead():
		case l.overdue():
			l.c.background(func() {
				l.callRoll()
				l.rollSoon()
			})
		default:
			l.rollSoon()
		}
	})
}

// overdue notes who was heard since the last time, and says whether somebody is silent for longer than may be.
func (l *link) overdue() (found bool) {
	now, first := l.c.clock.Now(), l.c.cfg.Silence
	shaken := l.shaken.Swap(false)
	for _, i := range l.routes.all() {
		if n := i.Received(); i.sight.at.IsZero() || n != i.sight.received {
			i.sight = sight{received: n, at: now, patience: first}
		}
		if shaken {
			i.sight.patience = first
		}
		found = found || now.Sub(i.sight.at) >= i.sight.patience
	}
	return found
}

// callRoll asks about everybody who is silent now. It leaves alone a server that is at work on something long: it
// would not answer on this connection, and another one may see less.
func (l *link) callRoll() {
	if l.requests.busy() && l.noList.IsZero() {
		return
	}
	absent := l.absent(l.c.life, l.quiet())
	if len(absent) == 0 || !l.c.sleep(l.c.life, rollPause) {
		return
	}
	probes := 0
	for _, i := range l.absent(l.c.life, absent) {
		switch {
		case !stillQuiet(i):
		case l.dialect.Features.ListComplete:
			i.settle(StatusLost, endLost(i.id))
		case probes < rollProbes:
			probes++
			if i.probe() {
				i.sight.seen(l.c.clock.Now(), l.c.cfg.Silence)
			}
		}
	}
}

// quiet are the instances that have said nothing for as long as the first look waits.
func (l *link) quiet() (list []*Instance) {
	now := l.c.clock.Now()
	for _, i := range l.routes.all() {
		if stillQuiet(i) && now.Sub(i.sight.at) >= l.c.cfg.Silence {
			list = append(list, i)
		}
	}
	return list
}

func stillQuiet(i *Instance) bool {
	return !i.sight.at.IsZero() && i.Received() == i.sight.received && !i.Settled()
}

// absent are those of silent that the server's list does not have. The others are looked for after twice the time. A
// list that did not come says nothing about anybody.
func (l *link) absent(ctx context.Context, silent []*Instance) (absent []*Instance) {
	if len(silent) == 0 {
		return nil
	}
	there, err := l.roll(ctx)
	if err != nil {
		l.unlisted(silent, err)
		return nil
	}
	l.noList = time.Time{}
	now := l.c.clock.Now()
	for _, i := range silent {
		if there[i.id] {
			i.sight.seen(now, l.c.cfg.Silence)
		} else {
			absent = append(absent, i)
		}
	}
	return absent
}

// unlisted gives the silent ones up when there has been no list for too long.
func (l *link) unlisted(silent []*Instance, why error) {
	now := l.c.clock.Now()
	if l.noList.IsZero() {
		l.noList = now
	}
	if now.Sub(l.noList) < l.c.cfg.LongTimeout {
		return
	}
	for _, i := range silent {
		if stillQuiet(i) {
			i.settle(StatusLost, unlistedFor(l.c.cfg.LongTimeout, i.id, why))
		}
	}
}

// unlistedFor is for an instance of a server that says nothing of it, nor of any other.
func unlistedFor(d time.Duration, id string, why error) *Error {
	return &Error{Kind: KindLost, Op: "recv", InstanceID: id, Running: Unknown, Err: why,
		Message: "the instance said nothing, and the server gave no list of instances for " + d.String(),
		Hint:    "the server is there and does not work; the instance may still run, and the list tells as soon as there is one again"}
}

// endLost is for an instance that the server has ended, and about whose end it will say nothing any more.
func endLost(id string) *Error {
	return &Error{Kind: KindLost, Op: "recv", InstanceID: id, Running: False,
		Message: "the server does not run the instance any more and never told its end: its result is lost, and maybe what it said last",
		Hint:    "some servers lose ends, for example behind events of several MiB: let the program send large results as files, and run it again"}
}

// seen waits for twice as long from now.
func (s *sight) seen(now time.Time, first time.Duration) {
	s.at, s.patience = now, min(2*s.patience, rollSlowest*first)
}
