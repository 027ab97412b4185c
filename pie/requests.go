package pie

import (
	"sync"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// requests is the table of one connection, by correlation id.
type requests struct {
	mu   sync.Mutex
	byID map[uint32]*request
	last uint32
	long int             // how many long ones the server has not answered
	warm map[string]bool // targets of launches that went well since the last install: nothing has to be compiled for them
	shut error           // no more of them; why
	idle chan struct{}   // closed when the table is empty, after giveUp

	clock  Clock
	limits map[time.Duration]*dueList        // the deadlines, by how long they are
	over   func(r *request, d time.Duration) // settles one whose limit d has passed
}

// add gives r a correlation id, from 1 upward past those still in use, and starts its deadline.
func (t *requests) add(r *request, limit time.Duration) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shut != nil {
		return t.shut
	}
	for t.last++; t.last == 0 || t.byID[t.last] != nil; t.last++ {
	}
	r.corr = t.last
	t.byID[r.corr] = r
	t.limited(r, limit)
	if r.warm = t.warm[r.target]; r.long && !r.warm {
		t.long++
	}
	return nil
}

// take removes the request of corr, if it is there: the taker settles it.
func (t *requests) take(corr uint32) (r *request, abandoned bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r = t.byID[corr]; r == nil {
		return nil, false
	}
	t.remove(r)
	return r, r.abandoned
}

func (t *requests) remove(r *request) {
	delete(t.byID, r.corr)
	t.unlimited(r)
	if r.long && !r.warm {
		t.long--
	}
}

// succeeded notes what the server has got ready, or may have to make ready anew.
func (t *requests) succeeded(r *request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case r.kind == wire.AddProgram:
		t.warm = nil
	case r.target != "" && t.warm == nil:
		t.warm = map[string]bool{r.target: true}
	case r.target != "":
		t.warm[r.target] = true
	}
}

// abandon says that nobody waits for r any more: true if it was still unsettled. One that has a late function stays,
// and so does one that keeps the server busy, so that it is known why the server is silent.
func (t *requests) abandon(r *request) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byID[r.corr] != r || r.abandoned {
		return false
	}
	t.giveUpOn(r)
	return true
}

// giveUpOn is abandon with the lock held, of one that is unsettled.
func (t *requests) giveUpOn(r *request) {
	t.unlimited(r)
	if r.birth == nil && !r.long {
		t.remove(r)
	}
	r.abandoned = true
}

// close settles nothing: it hands out all that is left, for the caller to settle, and refuses more.
func (t *requests) close(why error) (left, launches []*request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.shut = why
	left = make([]*request, 0, len(t.byID))
	for _, r := range t.byID {
		if !r.abandoned {
			left = append(left, r)
		}
		if r.birth != nil {
			launches = append(launches, r)
		}
	}
	for _, list := range t.limits {
		list.stop()
		list.first, list.last = nil, nil
	}
	clear(t.limits)
	clear(t.byID)
	t.long = 0
	return left, launches
}

// only is the single waiting request, nil if there are none or several.
func (t *requests) only() *request {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found *request
	for _, r := range t.byID {
		if r.abandoned {
			continue
		}
		if found != nil {
			return nil
		}
		found = r
	}
	return found
}

// busy says whether the server is at work on something long.
func (t *requests) busy() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.long > 0
}

// giveUp settles all that wait; launches stay, for their late answers. It gives a channel that is closed when the last
// of those is answered.
func (t *requests) giveUp(why reply) (idle <-chan struct{}) {
	t.mu.Lock()
	var waiting []*request
	for _, r := range t.byID {
		if !r.abandoned {
			waiting = append(waiting, r)
			t.unlimited(r)
			r.abandoned = true
		}
		if r.birth == nil {
			t.remove(r)
		}
	}
	empty := make(chan struct{})
	t.idle = empty
	t.checkIdle()
	t.mu.Unlock()
	for _, r := range waiting {
		r.settle(reply{err: with(why.err, r.op, "")})
	}
	return empty
}

// launches are those that are not answered.
func (t *requests) launches() (list []*request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range t.byID {
		if r.birth != nil {
			list = append(list, r)
		}
	}
	return list
}

// check closes the channel of giveUp when it is time; after a late answer has been dealt with.
func (t *requests) check() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.checkIdle()
}

func (t *requests) checkIdle() {
	if t.idle != nil && len(t.byID) == 0 {
		close(t.idle)
		t.idle = nil
	}
}

// waiting says whether r is still in the table.
func (t *requests) waiting(r *request) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byID[r.corr] == r
}
