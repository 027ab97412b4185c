package wire

import (
	"errors"
	"fmt"
)

// codec is the encoding of one family, both ends. The three of them live in instance.go, process.go, gateway.go.
type codec interface {
	encodeCommand(d *Dialect, dst []byte, c *Command) (frame []byte, text bool, err error)
	decodeCommand(d *Dialect, frame []byte, text bool, c *Command) error
	encodeEvent(d *Dialect, dst []byte, e *Event) (frame []byte, text bool, err error)
	decodeEvent(d *Dialect, frame []byte, text bool, e *Event) error
	decodeList(e *Event) ([]InstanceInfo, error)
	decodeIDs(k CommandKind, e *Event) ([]string, error)
}

// speakCommand appends c as its message of v.
func speakCommand(d *Dialect, v *vocabulary[Command], dst []byte, c *Command) ([]byte, error) {
	m := v.find(uint8(c.Kind), c.Subject)
	if m == nil {
		return dst, unsupported(d, c.Kind.String())
	}
	if m.allow != nil {
		if err := m.allow(c); err != nil {
			return dst, fmt.Errorf("%w (%s)", err, d.Generation)
		}
	}
	return m.append(dst, c), nil
}

// hearCommand reads a binary frame into c.
func hearCommand(v *vocabulary[Command], frame []byte, c *Command) error {
	*c = Command{}
	m, err := v.read(frame, c)
	if err != nil {
		*c = Command{}
		return err
	}
	if c.Kind == NoCommand {
		c.Kind = CommandKind(m.kind)
	}
	if m.part != "" {
		c.Subject = m.part
	}
	return nil
}

// hearEvent reads a binary frame into e.
func hearEvent(v *vocabulary[Event], frame []byte, e *Event) error {
	e.clear()
	m, err := v.read(frame, e)
	if err != nil {
		if unknown, ok := errors.AsType[*UnknownError](err); ok && m != nil {
			unknown.about(m, e)
		}
		e.clear()
		return err
	}
	if m.kind != 0 {
		e.Kind = EventKind(m.kind)
	}
	return nil
}

// clear empties e, keeping the room of its list.
func (e *Event) clear() { *e = Event{Instances: e.Instances[:0]} }

// textIgnored is what all servers but gateways make of a text frame.
func textIgnored() error { return &UnknownError{Type: "text frame"} }
