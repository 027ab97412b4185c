package pie

import (
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
	made    *wire.Dialect // what the command was made for; nil: it fits any server
	birth   *birth        // of a launch: it makes the instance of the answer, also of one that nobody waits for any more
	warm    bool          // … and has been before, so that it does not keep the server busy; set by the table

	answered  func(l *link) // if set, runs on the reader's goroutine behind a yes and before the next frame is read
	abandoned bool          // guarded by the table
}

// reply is how a request ended: err for no answer at all, else what the server said.
type reply struct {
	ok        bool
	text      string
	instances []wire.InstanceInfo
	instance  *Instance
	err       error
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
