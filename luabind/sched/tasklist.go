package sched

// taskList is a list of all tasks that live, in the order of their spawns.
type taskList struct {
	first, last *Task
	count       int
}

func (l *taskList) add(t *Task) {
	t.prev = l.last
	if l.last != nil {
		l.last.next = t
	} else {
		l.first = t
	}
	l.last = t
	l.count++
}

func (l *taskList) remove(t *Task) {
	if t.prev != nil {
		t.prev.next = t.next
	} else {
		l.first = t.next
	}
	if t.next != nil {
		t.next.prev = t.prev
	} else {
		l.last = t.prev
	}
	t.next, t.prev = nil, nil
	l.count--
}
