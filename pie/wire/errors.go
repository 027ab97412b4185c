package wire

import (
	"errors"
	"fmt"
)

// SyntaxError says where and why bytes are no message: not MessagePack (or JSON, on a gateway), cut off, or a field
// of a kind that the server's own decoder refuses. It wraps ErrMalformed.
type SyntaxError struct {
	Offset int    // in bytes, from the start of the frame; 0 for a text frame
	Reason string // what stood there or was wanted
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%v at byte %d: %s", ErrMalformed, e.Offset, e.Reason)
}

func (e *SyntaxError) Unwrap() error { return ErrMalformed }

// UnknownError is a well-formed frame that the generation has no meaning for: its Type is not one of its messages
// (Field is empty then), or a Field that the type must have is missing or nil, or holds a Value that means nothing. It
// wraps ErrUnknown.
type UnknownError struct {
	Type  string // as on the wire; "" when the frame has none
	Field string // the missing field, or the one of Value
	Value string // a word or a number that means nothing there; "" where the field is missing

	// Of an event of a known Type, whom it is for all the same: what its other fields tell, zero where they do not.
	Event EventKind // Message stands for all that an instance says but File; NoEvent: no event, or the Type is not known
	Corr  uint32
	ID    string
}

func (e *UnknownError) Error() string {
	switch {
	case e.Type == "":
		return fmt.Sprintf("%v: it has no type", ErrUnknown)
	case e.Field == "":
		return fmt.Sprintf("%v of type %q", ErrUnknown, e.Type)
	case e.Value != "":
		return fmt.Sprintf("%v: type %q with the field %q of %q", ErrUnknown, e.Type, e.Field, e.Value)
	}
	return fmt.Sprintf("%v: type %q lacks the field %q", ErrUnknown, e.Type, e.Field)
}

// about notes what was read of an event before it had no meaning.
func (e *UnknownError) about(m *message[Event], read *Event) {
	e.Corr, e.ID = read.Corr, string(read.ID)
	if e.Event = EventKind(m.kind); e.Event == NoEvent { // a field decides: only what instances say is so
		e.Event = Message
	}
}

func (e *UnknownError) Unwrap() error { return ErrUnknown }

// unsupported is the error for a message that d cannot say.
func unsupported(d *Dialect, what string) error {
	return fmt.Errorf("%s: %w %s", what, ErrUnsupported, d.Generation)
}

// What a launch cannot ask for everywhere.
var (
	errBudget   = fmt.Errorf("a token budget: %w", ErrUnsupported)
	errDetached = fmt.Errorf("a detached launch: %w", ErrUnsupported)
	errExtras   = fmt.Errorf("props, session or files at launch: %w", ErrUnsupported)
)

var errNoAnswer = errors.New("not a successful answer")
