package wire

import "bytes"

func (p *processCodec) encodeCommand(d *Dialect, dst []byte, c *Command) ([]byte, bool, error) {
	frame, err := speakCommand(d, p.commands, dst, c)
	return frame, false, err
}

func (p *processCodec) decodeCommand(_ *Dialect, frame []byte, text bool, c *Command) error {
	if text {
		*c = Command{}
		return textIgnored()
	}
	return hearCommand(p.commands, frame, c)
}

// encodeEvent writes a Listing as the answer to List that it is here: JSON text.
func (p *processCodec) encodeEvent(d *Dialect, dst []byte, e *Event) ([]byte, bool, error) {
	if e.Kind == Listing {
		e = &Event{Kind: Answer, OK: true, Corr: e.Corr, Text: appendList(nil, e.Instances)}
	}
	m := p.events.find(uint8(e.Kind), "")
	if speaksOfProcess(e.Kind) {
		m = p.events.names["process_event"]
	}
	if m == nil {
		return dst, false, unsupported(d, e.Kind.String())
	}
	return m.append(dst, e), false, nil
}

// speaksOfProcess tells the kinds of the message process_event.
func speaksOfProcess(k EventKind) bool {
	return k == Message || k == Stdout || k == Stderr || k.Terminal()
}

func (p *processCodec) decodeEvent(_ *Dialect, frame []byte, text bool, e *Event) error {
	if text {
		e.clear()
		return textIgnored()
	}
	if quickProcessEvent(frame, e) {
		return nil
	}
	return hearEvent(p.events, frame, e)
}

func (p *processCodec) decodeList(e *Event) ([]InstanceInfo, error) { return parseList(e) }

func (p *processCodec) decodeIDs(k CommandKind, e *Event) ([]string, error) {
	if k == LaunchMany {
		return parseIDs(e)
	}
	return oneID(e)
}

// The unchanging parts of a process_event as servers write it.
const (
	quickHead  = "\x84\xa4type\xadprocess_event\xaaprocess_id"
	quickEvent = "\xa5event"
	quickValue = "\xa5value"
)

// quickProcessEvent decodes the hot message in the one layout that servers write, and leaves e alone when the frame is anything else:
// the general way then decides.
func quickProcessEvent(frame []byte, e *Event) bool {
	rest, ok := bytes.CutPrefix(frame, []byte(quickHead))
	if !ok {
		return false
	}
	id, rest := quickText(rest)
	if rest, ok = bytes.CutPrefix(rest, []byte(quickEvent)); !ok {
		return false
	}
	name, rest := quickText(rest)
	kind := processEventKind(name)
	if rest, ok = bytes.CutPrefix(rest, []byte(quickValue)); !ok || kind == NoEvent {
		return false
	}
	value, rest := quickText(rest)
	if rest == nil {
		return false
	}
	e.clear()
	e.Kind, e.ID, e.Text = kind, id, value
	tellAborted(e)
	return true
}

// quickText cuts a str off b. rest is nil when there is none.
func quickText(b []byte) (v, rest []byte) {
	if len(b) == 0 {
		return nil, nil
	}
	n, head := 0, 0
	switch lead := b[0]; {
	case lead&0xe0 == 0xa0:
		n, head = int(lead&0x1f), 1
	case lead == 0xd9 && len(b) > 1:
		n, head = int(b[1]), 2
	case lead == 0xda && len(b) > 2:
		n, head = int(b[1])<<8|int(b[2]), 3
	default:
		return nil, nil
	}
	if len(b) < head+n {
		return nil, nil
	}
	return b[head : head+n], b[head+n:]
}
