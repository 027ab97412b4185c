package pie

import (
	"context"
	"errors"
	"strings"
)

// Kind sorts errors by what a caller can do about them. The words are the same in Go, in scripts and in documents.
type Kind string

// The kinds of the client's errors.
const (
	KindUsage          Kind = "usage"            // the call itself is wrong
	KindConnect        Kind = "connect"          // no connection, or not a Pie server
	KindAuth           Kind = "auth"             // the login was refused
	KindRefused        Kind = "refused"          // the server, or the state of the instance, forbids it
	KindUnsupported    Kind = "unsupported"      // this generation of server cannot do it
	KindProgram        Kind = "program"          // no such program, or not a valid one
	KindLaunch         Kind = "launch"           // the program is there but did not start
	KindException      Kind = "exception"        // the program failed by itself
	KindAborted        Kind = "aborted"          // the program was terminated
	KindOutOfResources Kind = "out_of_resources" // the server has no room
	KindServer         Kind = "server"           // the server failed
	KindTimeout        Kind = "timeout"          // no answer in time
	KindIdle           Kind = "idle"             // the program was silent for too long
	KindCancelled      Kind = "cancelled"        // the caller's context ended
	KindLost           Kind = "lost"             // the connection is gone
	KindOverflow       Kind = "overflow"         // a bound was reached
	KindProtocol       Kind = "protocol"         // the server said something that makes no sense
	KindIO             Kind = "io"               // a local file or the journal
	KindValue          Kind = "value"            // a text that no message can carry
)

// sentinel is the type of the Err… variables: comparing by kind is all they are for.
type sentinel Kind

func (s sentinel) Error() string { return string(s) }

// Sentinels for errors.Is, one for each kind.
const (
	ErrUsage          = sentinel(KindUsage)
	ErrConnect        = sentinel(KindConnect)
	ErrAuth           = sentinel(KindAuth)
	ErrRefused        = sentinel(KindRefused)
	ErrUnsupported    = sentinel(KindUnsupported)
	ErrProgram        = sentinel(KindProgram)
	ErrLaunch         = sentinel(KindLaunch)
	ErrException      = sentinel(KindException)
	ErrAborted        = sentinel(KindAborted)
	ErrOutOfResources = sentinel(KindOutOfResources)
	ErrServer         = sentinel(KindServer)
	ErrTimeout        = sentinel(KindTimeout)
	ErrIdle           = sentinel(KindIdle)
	ErrCancelled      = sentinel(KindCancelled)
	ErrLost           = sentinel(KindLost)
	ErrOverflow       = sentinel(KindOverflow)
	ErrProtocol       = sentinel(KindProtocol)
	ErrIO             = sentinel(KindIO)
	ErrValue          = sentinel(KindValue)
)

// State is an answer that may be unknown.
type State string

// The values of [State]. The zero value "" means that the question does not arise.
const (
	True    State = "true"
	False   State = "false"
	Unknown State = "unknown"
)

// Error is every error of this package: what failed, what the server said, and what to do next.
type Error struct {
	Kind       Kind
	Op         string // what was being done: "launch", "terminate", …
	InstanceID string // the instance it is about, if any
	Message    string // what failed, for people; without the server's words
	Server     string // what the server said, verbatim
	Hint       string // what to do next
	Err        error  // the cause below, if there is one

	// Of kind lost, about the instance: is it still running on the server, and can it be attached to again?
	Running    State
	Attachable bool
}

// Error is the whole story in one line, the hint included.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	b.WriteString(e.Message)
	if e.Server != "" {
		b.WriteString(": the server said: " + e.Server)
	}
	if e.Err != nil && e.Err != context.DeadlineExceeded && !strings.Contains(e.Message, e.Err.Error()) {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Hint != "" {
		b.WriteString(" (" + e.Hint + ")")
	}
	return b.String()
}

// Unwrap gives the cause below.
func (e *Error) Unwrap() error { return e.Err }

// Is matches the Err… sentinel of e's kind.
func (e *Error) Is(target error) bool {
	s, ok := target.(sentinel)
	return ok && Kind(s) == e.Kind
}

// Retryable says whether the same call may well succeed later.
func (e *Error) Retryable() bool {
	switch e.Kind {
	case KindConnect, KindLost, KindTimeout, KindIdle, KindOutOfResources, KindServer:
		return true
	}
	return false
}

// with gives a copy of err, which must be an *Error, that names the operation and the instance.
func with(err error, op, id string) error {
	var e *Error
	if !errors.As(err, &e) {
		return &Error{Kind: KindIO, Op: op, InstanceID: id, Message: "failed", Err: err}
	}
	c := *e
	if c.Op == "" {
		c.Op = op
	}
	if c.InstanceID == "" {
		c.InstanceID = id
	}
	return &c
}

// contextError is what a call returns whose ctx ended before its answer came.
func contextError(ctx context.Context, op string) *Error {
	cause := context.Cause(ctx)
	if own := (*Error)(nil); errors.As(cause, &own) && own.Kind == KindTimeout { // a limit of the client's, in its words
		e := *own
		e.Op, e.Err = op, context.DeadlineExceeded
		return &e
	}
	if errors.Is(cause, context.DeadlineExceeded) {
		return &Error{Kind: KindTimeout, Op: op, Message: "the caller's time was over", Err: cause}
	}
	return &Error{Kind: KindCancelled, Op: op, Message: "cancelled", Err: cause}
}
