package pie

import "time"

// dueList is the requests with one limit, the earliest first: each that is added is due after all before it. So one
// timer of the clock serves them all, and a launch among ten thousand sets none.
type dueList struct {
	limit       time.Duration
	first, last *request
	stop        func() bool // of the timer, which is set while there are any
}

// due is the place of a request in its list; the zero value is none.
type due struct {
	at         time.Time
	in         *dueList
	prev, next *request
}

// limited starts the deadline of r; with the lock held.
func (t *requests) limited(r *request, limit time.Duration) {
	list := t.limits[limit]
	if list == nil {
		if t.limits == nil {
			t.limits = make(map[time.Duration]*dueList)
		}
		list = &dueList{limit: limit}
		t.limits[limit] = list
		list.stop = t.clock.AfterFunc(limit, func() { t.expire(list) })
	}
	r.due = due{at: t.clock.Now().Add(limit), in: list, prev: list.last}
	if list.last == nil {
		list.first = r
	} else {
		list.last.due.next = r
	}
	list.last = r
}

// unlimited ends the deadline of r, if it has one; with the lock held.
func (t *requests) unlimited(r *request) {
	d := r.due
	if d.in == nil {
		return
	}
	if d.prev == nil {
		d.in.first = d.next
	} else {
		d.prev.due.next = d.next
	}
	if d.next == nil {
		d.in.last = d.prev
	} else {
		d.next.due.prev = d.prev
	}
	r.due = due{}
	if d.in.first == nil {
		d.in.stop()
		delete(t.limits, d.in.limit)
	}
}

// expire gives up those of list whose time has come, and sets the timer for the next one.
func (t *requests) expire(list *dueList) {
	t.mu.Lock()
	now := t.clock.Now()
	var late []*request
	for r := list.first; r != nil && !r.due.at.After(now); r = list.first {
		t.giveUpOn(r)
		late = append(late, r)
	}
	if list.first != nil {
		list.stop = t.clock.AfterFunc(list.first.due.at.Sub(now), func() { t.expire(list) })
	}
	t.mu.Unlock()
	for _, r := range late {
		t.over(r, list.limit)
	}
}
