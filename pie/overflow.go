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
		l.overflow(worst)
	}
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
