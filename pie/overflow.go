package pie

// overflow is what happens to an instance whose queue has failed at a bound: it delivers what was queued, then its
// error, and the server is asked to end it. The others do not notice. On the reader's goroutine.
func (l *link) overflow(i *Instance) {
	i.stamp()
	i.queue.settle(StatusOverflowed, nil)
	i.release()
	i.queue.mu.Lock()
	i.queue.dirty = true
	i.queue.mu.Unlock()
	l.dirty = append(l.dirty, i)
	l.c.reap(l, i.id)
}

// relieve lets the largest queue of the link fail when all of the client's together are over its bound.
func (l *link) relieve() {
	var worst *Instance
	var most int64
	for _, i := range l.routes.all() {
		if n := i.queue.size(); n > most && !i.Settled() {
			worst, most = i, n
		}
	}
	if worst != nil {
		worst.queue.mu.Lock()
		worst.queue.shared = l.c.cfg.Buffer
		worst.queue.mu.Unlock()
		l.overflow(worst)
	}
}

// smallEnd is the largest end of an instance that is taken whatever the client's bound says.
const smallEnd = 4 << 10

// noRoom says whether the end of i is so large that it does not fit the client's bound any more; i has then failed at it,
// and nothing runs that would have to be ended.
func (l *link) noRoom(i *Instance, end Event) bool {
	if end.Size <= smallEnd || l.c.unread.Load()+end.cost() <= l.c.cfg.Buffer {
		return false
	}
	i.queue.refuse(end, l.c.cfg.Buffer)
	l.dirty = append(l.dirty, i)
	l.ended(i)
	return true
}

// reap asks the server to end an instance that nobody waits for. It never blocks; what the server does not confirm is
// kept for Client.Unconfirmed.
func (c *Client) reap(l *link, id string) {
	c.reaping.add(1)
	if !c.background(func() {
		defer c.reaping.add(-1)
		if _, err := l.terminateSoon(c.life, id); err != nil {
			c.unconfirmed(id, err)
			return
		}
		c.journal.Ended(id)
	}) {
		c.reaping.add(-1)
		c.unconfirmed(id, errClosed())
	}
}
