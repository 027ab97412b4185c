package wire

import (
	"errors"
	"net/http"
)

// ErrUnsupported is wrapped by EncodeCommand when the generation has no such message.
var ErrUnsupported = errors.New("not supported by this dialect")

// ErrUnknown is wrapped by DecodeCommand and DecodeEvent for a well-formed frame of an unknown type or one that
// lacks a required field, in an *UnknownError: servers skip such frames without an answer.
var ErrUnknown = errors.New("unknown message")

// ErrMalformed is wrapped, in a *SyntaxError with the offset, for bytes that are no message at all, and for a field
// of a kind that servers refuse.
var ErrMalformed = errors.New("malformed frame")

// Dialect is one released generation of the protocol: a stateless value, safe for all goroutines, with both ends of
// the wire. Above it nothing asks which generation it is; what differs is in Features.
type Dialect struct {
	Generation string // "instance-0.1" … "gateway-0.6", "worker-0.5"
	Family     string // "instance", "process" or "gateway"
	Features   Features
	codec      codec
}

// EncodeCommand appends c's frame to dst, with the fields in the order in which servers declare them. text says that it
// is a text message. It wraps ErrUnsupported when the generation has no such command, or none with these fields, and
// ErrText when one of them cannot be said at all.
func (d *Dialect) EncodeCommand(dst []byte, c *Command) (frame []byte, text bool, err error) {
	if err := c.readable(); err != nil {
		return dst, false, err
	}
	return d.codec.encodeCommand(d, dst, c)
}

// DecodeCommand reads a frame that a client sent into c, overwriting all of it; what the generation's servers would not
// understand is an error, which wraps ErrMalformed or ErrUnknown.
func (d *Dialect) DecodeCommand(frame []byte, text bool, c *Command) error {
	return d.codec.decodeCommand(d, frame, text, c)
}

// EncodeEvent appends e's frame to dst, in the layout of the generation's own servers. It wraps ErrUnsupported when
// they never say such a thing. Where List is answered by an Answer, a Listing is written as that.
func (d *Dialect) EncodeEvent(dst []byte, e *Event) (frame []byte, text bool, err error) {
	return d.codec.encodeEvent(d, dst, e)
}

// DecodeEvent reads a frame that a server sent into e, overwriting all of it but reusing the room of its list. Keys may
// come in any order; those it does not know are passed over. Errors wrap ErrMalformed or ErrUnknown.
func (d *Dialect) DecodeEvent(frame []byte, text bool, e *Event) error {
	return d.codec.decodeEvent(d, frame, text, e)
}

// List reads the instances out of the successful answer to List, in whichever form this generation gives it.
func (d *Dialect) List(e *Event) ([]InstanceInfo, error) { return d.codec.decodeList(e) }

// IDs reads the instance ids out of the successful answer to Launch, LaunchRegistry or LaunchMany (k); an uncaptured
// launch whose id the server does not tell gives none.
func (d *Dialect) IDs(k CommandKind, e *Event) ([]string, error) { return d.codec.decodeIDs(k, e) }

// Path is the URL path to dial when the user gave none.
func (d *Dialect) Path() string { return d.Features.path }

// Header is what the upgrade request carries for this user; nil where the name travels in a command.
func (d *Dialect) Header(user string) http.Header {
	if !d.Features.HeaderIdentity {
		return nil
	}
	return http.Header{"X-Pie-Identity": {user}}
}
