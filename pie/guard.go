package pie

import (
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// Some servers lose the end of an instance that ends at once. There an attach is asked for a silent one: "already
// attached" means alive, "not found" means that its end was lost. Once an instance has said something its end is
// safe, and the asking stops.
const (
	guardFirst = time.Second
	guardMost  = time.Minute
	guardGrace = 500 * time.Millisecond // for an end that is on its way behind the answer
)

// guard watches a new instance where ends get lost. On the reader's goroutine.
func (l *link) guard(i *Instance) {
	if l.dialect.Features.AttachProbe {
		l.guardAfter(i, guardFirst)
	}
}

func (l *link) guardAfter(i *Instance, d time.Duration) {
	l.c.clock.AfterFunc(d, func() {
		if i.Settled() || i.first.Load() != 0 || l.dead() {
			return
		}
		l.c.background(func() {
			i.probe()
			if !i.Settled() {
				l.guardAfter(i, min(2*d, guardMost))
			}
		})
	})
}

// probe settles i if the server does not know it any more; only where that is the sole way to find out. there says
// that the server knows it.
func (i *Instance) probe() (there bool) {
	l := i.link.Load()
	if l == nil || !l.dialect.Features.AttachProbe {
		return false
	}
	r := &request{op: "attach", kind: wire.Attach}
	a := l.do(l.c.life, &wire.Command{Kind: wire.Attach, ID: i.id}, r, l.c.cfg.RequestTimeout)
	if a.err != nil || a.ok || !missing(a.text) {
		return a.err == nil // alive; or it was waiting to be claimed, and its end comes now
	}
	l.c.clock.AfterFunc(guardGrace, func() { i.settle(StatusLost, endUntold(i.id)) })
	return false
}
