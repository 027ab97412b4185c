package pie

import (
	"fmt"
	"sync"
)

// Warning is something that a client found out by itself, that no call fails with, and that people should know.
type Warning struct {
	InstanceID string // whom it is about; "" where it is about a program, or the server
	Program    string
	Server     string // its host; "" where it is about none
	Message    string
}

// posted counts what was sent to an instance since it was last heard. Where streams die apart from their connection,
// what is sent before the word of it comes is dropped by the server without another word.
type posted struct {
	mu       sync.Mutex
	received int64 // events by then
	messages int
}

// posting counts one message, or one fewer, to an instance whose stream may die under it.
func (i *Instance) posting(d int) {
	if l := i.link.Load(); l == nil || !l.dialect.Features.Reattach {
		return
	}
	n, p := i.Received(), &i.posted
	p.mu.Lock()
	defer p.mu.Unlock()
	if n != p.received {
		p.received, p.messages = n, 0
	}
	p.messages = max(0, p.messages+d)
}

// unheard is how many messages the instance has not been heard behind; they are not told of again. What it said last may
// have been on its way before the last message came, so that the number is right but for the time of a round trip.
func (i *Instance) unheard() (n int) {
	now, p := i.Received(), &i.posted
	p.mu.Lock()
	defer p.mu.Unlock()
	if now == p.received {
		n = p.messages
	}
	p.messages = 0
	return n
}

// doubt notes what may be lost of what was sent before the word that streams have died. On the reader's goroutine.
func (l *link) doubt() {
	l.commitAll()
	for _, i := range l.routes.all() {
		if n := i.unheard(); n > 0 {
			i.doubtful.Add(int64(n))
		}
	}
}

// tellDoubt says, once the instance was attached to again, what may not have arrived before.
func (i *Instance) tellDoubt() {
	n := i.doubtful.Swap(0)
	if warn := i.client.cfg.Warn; warn != nil && n > 0 {
		what := "a message"
		if n > 1 {
			what = fmt.Sprintf("%d messages", n)
		}
		warn(Warning{InstanceID: i.id, Program: i.program,
			Message: what + " may not have arrived: the server lost the stream of the instance about when it was sent, and has no answer to messages. " +
				"The instance was attached to again and goes on; if it waits, send again what it should have got"})
	}
}

// tellGaps says that those in back were attached to again: what they printed since is said again by the server, but what
// broke the stream is not, nor are messages and files that were on their way.
func (l *link) tellGaps(back []*Instance) {
	if warn := l.c.cfg.Warn; warn != nil && len(back) > 0 {
		whose := "the instance"
		if len(back) > 1 {
			whose = fmt.Sprintf("this and %d more instances", len(back)-1)
		}
		warn(Warning{InstanceID: back[0].id, Program: back[0].program,
			Message: "the server lost the stream of " + whose + " for a moment and it was attached to again: what was printed meanwhile came, " +
				"but messages and files that were under way from there may be missing"})
	}
}
