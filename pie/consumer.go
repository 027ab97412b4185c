package pie

// Whoever takes from a queue is told of news in one of two ways: by the function of OnReady, or by the channel that
// Next waits on.

// publish calls the consumer of a queue on the reader's list, if there still is something to take or to know.
func (q *queue) publish() {
	q.mu.Lock()
	ready, wake := q.ready, q.wake
	if !q.dirty || len(q.events) == 0 && !q.settled {
		ready, wake = nil, nil
	}
	q.dirty = false
	q.mu.Unlock()
	tell(ready, wake)
}

func tell(ready func(), wake chan struct{}) {
	if ready != nil {
		ready()
	}
	if wake != nil {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// setReady registers f, and calls it at once when there is something already.
func (q *queue) setReady(f func()) {
	q.mu.Lock()
	q.ready = f
	due := f != nil && (len(q.events) > 0 || q.settled)
	q.mu.Unlock()
	if due {
		f()
	}
}

// doneChan is closed when the queue settles.
func (q *queue) doneChan() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.done == nil {
		q.done = make(chan struct{})
		if q.settled {
			close(q.done)
		}
	}
	return q.done
}

// wakeChan has something to receive once there is something new; made at the first call.
func (q *queue) wakeChan() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.wake == nil {
		q.wake = make(chan struct{}, 1)
		if len(q.events) > 0 || q.settled {
			q.wake <- struct{}{}
		}
	}
	return q.wake
}
