package pie

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// request is one question to the server. Whoever removes it from its table settles it, so it is settled once.
type request struct {
	op      string
	kind    wire.CommandKind
	corr    uint32
	reply   chan reply    // room for one
	done    func(reply)   // instead of it, if set; must not wait
	written atomic.Bool   // the writer has taken its frame: it may have reached the server
	due     due           // its deadline; guarded by the table
	long    bool          // may keep the server busy: a launch or an install
	limit   time.Duration // for the answer; 0: the client's own
	target  string        // of a launch: what is launched
	birth   *birth        // of a launch
	warm    bool          // … and has been before, so that it does not keep the server busy; set by the table

	// answered, if set, runs on the reader's goroutine when the answer comes and before the next frame is read.
	answered func(l *link, e *wire.Event, r *reply)
	// late, if set, keeps an abandoned request in the table, and gets the answer that nobody waits for any more.
	late      func(l *link, r reply)
	abandoned bool // guarded by the table
}

// reply is how a request ended: err for no answer at all, else what the server said.
type reply struct {
	ok        bool
	text      string
	instances []wire.InstanceInfo
	instance  *Instance
	err       error
}

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
	if r.late == nil && !r.long {
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
		if r.late == nil {
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

// fresh makes r ready to be sent again, after it certainly never was.
func (r *request) fresh() *request {
	r.reply, r.abandoned = nil, false
	r.written.Store(false)
	return r
}

// launches tells whether r starts a program.
func (r *request) launches() bool {
	return r.kind == wire.Launch || r.kind == wire.LaunchRegistry || r.kind == wire.LaunchMany
}

// limit is how long an answer to r may take.
func (c *Client) limit(r *request) time.Duration {
	switch {
	case r.limit > 0:
		return r.limit
	case r.long:
		return c.cfg.LongTimeout
	}
	return c.cfg.RequestTimeout
}

// settle hands the reply to the waiter.
// Whoever has taken r out of its table, or abandoned it, calls it.
func (r *request) settle(a reply) {
	if r.done != nil {
		r.done(a)
		return
	}
	r.reply <- a
}
