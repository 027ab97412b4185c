package wire

import (
	"bytes"
	"strings"
)

func (x *instanceCodec) encodeCommand(d *Dialect, dst []byte, c *Command) ([]byte, bool, error) {
	frame, err := speakCommand(d, x.commands, dst, c)
	return frame, false, err
}

func (x *instanceCodec) decodeCommand(d *Dialect, frame []byte, text bool, c *Command) error {
	if text {
		*c = Command{}
		return textIgnored()
	}
	err := hearCommand(x.commands, frame, c)
	if err == nil && c.Kind == Query && c.Subject == existsSubject {
		x.hearExists(d, c)
	}
	return err
}

// hearExists turns the query for a program into what it asks: by hash, or by name with a hash behind it or not.
func (x *instanceCodec) hearExists(d *Dialect, c *Command) {
	*c = Command{Kind: HasProgram, Corr: c.Corr, Hash: c.Record}
	if !d.Features.HashNames {
		c.Program, c.Hash, _ = strings.Cut(c.Hash, "#")
	}
}

func (x *instanceCodec) encodeEvent(d *Dialect, dst []byte, e *Event) ([]byte, bool, error) {
	m := x.messageFor(e)
	if m == nil {
		return dst, false, unsupported(d, e.Kind.String())
	}
	return m.append(dst, e), false, nil
}

func (x *instanceCodec) messageFor(e *Event) *message[Event] {
	switch k := e.Kind; {
	case k == Answer && x.streams && (e.For == Launch || e.For == LaunchRegistry):
		return x.events.names["instance_launch_result"]
	case k == Answer && x.streams && e.For == Attach:
		return x.events.names["instance_attach_result"]
	case k == Answer:
		return x.events.names["response"]
	case k == Message || k.Terminal():
		return x.events.names["instance_event"]
	case k == Notice && e.Corr != 0:
		return x.events.names["challenge"]
	case k == Notice:
		return x.events.names["server_event"]
	case !x.streams:
		return nil
	case k == Stdout || k == Stderr:
		return x.events.names["streaming_output"]
	}
	return x.events.find(uint8(e.Kind), "")
}

func (x *instanceCodec) decodeEvent(_ *Dialect, frame []byte, text bool, e *Event) error {
	if text {
		e.clear()
		return textIgnored()
	}
	if quickOutput(frame, e) || quickInstanceEvent(frame, e) {
		return nil
	}
	return hearEvent(x.events, frame, e)
}

// decodeList gives the caller a list of its own: the event's is reused.
func (x *instanceCodec) decodeList(e *Event) ([]InstanceInfo, error) {
	if e.Kind != Listing {
		return nil, errNoAnswer
	}
	return append([]InstanceInfo{}, e.Instances...), nil
}

func (x *instanceCodec) decodeIDs(_ CommandKind, e *Event) ([]string, error) { return oneID(e) }

// The unchanging parts of the hot messages as servers write them.
const (
	quickOutputHead = "\x83\xa4type\xb0streaming_output\xabinstance_id"
	quickOutputKey  = "\xa6output\x81"
	quickEventHead  = "\x84\xa4type\xaeinstance_event\xabinstance_id"
	quickMessage    = "\xa7message"
)

// quickOutput decodes stdout and stderr in the layout of the servers; see quickProcessEvent.
func quickOutput(frame []byte, e *Event) bool {
	rest, ok := bytes.CutPrefix(frame, []byte(quickOutputHead))
	if !ok {
		return false
	}
	id, rest := quickText(rest)
	if rest, ok = bytes.CutPrefix(rest, []byte(quickOutputKey)); !ok {
		return false
	}
	stream, rest := quickText(rest)
	kind := streamKind(stream)
	text, rest := quickText(rest)
	if rest == nil || kind == NoEvent {
		return false
	}
	e.clear()
	e.Kind, e.ID, e.Text = kind, id, text
	return true
}

// quickInstanceEvent decodes an event with a code.
func quickInstanceEvent(frame []byte, e *Event) bool {
	rest, ok := bytes.CutPrefix(frame, []byte(quickEventHead))
	if !ok {
		return false
	}
	id, rest := quickText(rest)
	if rest, ok = bytes.CutPrefix(rest, []byte(quickEvent)); !ok || len(rest) == 0 || int(rest[0]) >= len(codeKinds) {
		return false
	}
	kind := codeKinds[rest[0]]
	if rest, ok = bytes.CutPrefix(rest[1:], []byte(quickMessage)); !ok {
		return false
	}
	text, rest := quickText(rest)
	if rest == nil {
		return false
	}
	e.clear()
	e.Kind, e.ID, e.Text = kind, id, text
	tellEnding(e)
	return true
}
