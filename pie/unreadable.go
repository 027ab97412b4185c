package pie

import (
	"errors"
	"fmt"

	"github.com/pierun/pierun/pie/wire"
)

// strange handles a frame that cannot be understood. A message of a type that this client does not know is of a newer
// server, and skipped; so is a new event of an instance, in words. What is of a known type and misses something costs whom
// it is for: to skip it would hide that. Where it is for nobody that can be told, and with bytes that are no message at
// all, nothing behind it can be trusted.
func (l *link) strange(err error) {
	unknown := (*wire.UnknownError)(nil)
	if !errors.As(err, &unknown) || unknown.Type == "" {
		l.unreadable(err)
		return
	}
	switch told := unknown.Event; {
	case told == wire.NoEvent, told == wire.Notice: // nothing is ever done about a notice
	case told == wire.Message && unknown.Value != "":
		l.unheard(unknown)
	case (told == wire.Message || told == wire.File) && unknown.ID != "":
		l.misspoken(unknown)
	case (told == wire.Answer || told == wire.Listing) && unknown.Corr != 0:
		l.misanswered(unknown)
	case told == wire.MCPRequest && unknown.Corr != 0:
		l.misasked(unknown)
	default:
		l.unreadable(err)
	}
}

// newWords is of how many new events people are told.
const newWords = 16

// unheard tells of an event that this client has no name for, once for each.
func (l *link) unheard(e *wire.UnknownError) {
	warn := l.c.cfg.Warn
	if warn == nil || l.foreign[e.Value] || len(l.foreign) == newWords {
		return
	}
	if l.foreign == nil {
		l.foreign = make(map[string]bool)
	}
	l.foreign[e.Value] = true
	warn(Warning{InstanceID: e.ID, Message: fmt.Sprintf("the server told an event %q of it, which this client does not know: such events are skipped. "+
		"Is the server newer than this client?", e.Value)})
}

// misspoken fails the instance that an event is of, behind all that it said before.
func (l *link) misspoken(e *wire.UnknownError) {
	i := l.routes.find([]byte(e.ID))
	if i == nil {
		l.routes.spoil(e.ID, e, l.c.clock.Now())
		return
	}
	l.commit(i)
	l.failInstance(i, brokenEvent(e))
}

func brokenEvent(e *wire.UnknownError) *Error {
	return &Error{Kind: KindProtocol, Message: "the server told something of the instance that cannot be understood", Err: e,
		Hint: "what is missing may matter, so the instance was given up; is the server newer than this client?"}
}

// misanswered fails the request that an answer is for. What was asked may have been done.
func (l *link) misanswered(e *wire.UnknownError) {
	l.commitAll()
	r, abandoned := l.requests.take(e.Corr)
	if r == nil {
		return
	}
	l.c.answered.Store(true)
	l.settle(r, abandoned, reply{err: &Error{Kind: KindProtocol, Op: r.op, Message: "the server's answer cannot be understood", Err: e,
		Hint: "what was asked for may have been done; is the server newer than this client?"}})
}

// misasked answers a program that waits for a tool.
func (l *link) misasked(e *wire.UnknownError) {
	r := &toolRequest{l: l, corr: e.Corr, asker: e.ID}
	r.answer(nil, &MCPError{Code: MCPFailed, Message: "the request cannot be understood: " + e.Error()})
}

// unreadable ends the connection, on the reader's goroutine: it reads no further, and settles all that hangs on the link.
func (l *link) unreadable(err error) {
	l.deaf = true
	l.fail(&Error{
		Kind: KindProtocol, Message: "the server sent a frame that cannot be read", Err: err,
		Hint: "is this a Pie server, and the right dialect? The connection was closed",
	})
}
