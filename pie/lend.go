package pie

import "sync/atomic"

// lease says who reads a link. The reader lends its goroutine to the consumers for a moment when a few events have come
// and no more are at hand, which saves waking another thread for them. If they keep it for too long, another goroutine
// reads from then on.
type lease struct {
	count atomic.Uint64 // odd while lent
	tell  func()        // handOver
	late  func()        // replace
}

// few is up to how many events are handed over together with the goroutine that has read them: more of them are worth
// the work of two.
const few = 16

// lend hands the goroutine to the consumers of what has come, if that is worth it; false when somebody else reads now.
func (l *link) lend() bool {
	if l.c.cfg.Lend == nil || l.fresh == 0 || l.fresh > few || !l.sock.drained() {
		return true
	}
	l.out.hold()
	lent := l.lease.count.Load() + 1
	l.c.cfg.Lend(l.lease.tell, l.lease.late)
	if !l.lease.count.CompareAndSwap(lent, lent+1) {
		return false
	}
	l.flush()
	return true
}

// handOver tells the consumers. From then on this goroutine leaves alone what is the reader's.
func (l *link) handOver() {
	l.pause()
	l.lease.count.Add(1)
}

// replace has another goroutine read while this one is lent. It may come too late, or for a later time than was meant.
func (l *link) replace() {
	if n := l.lease.count.Load(); n&1 == 1 && l.lease.count.CompareAndSwap(n, n+1) {
		go l.read() // it inherits the place in wg: the other one does nothing any more
		l.out.let()
	}
}
