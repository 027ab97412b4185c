package wire

import "github.com/tinylib/msgp/msgp"

// message is one type of the protocol, in the layout of the servers: a map whose first key is "type", then the
// fields in the order in which they are declared. T is Command or Event
// (or InstanceInfo, for a map within one).
type message[T any] struct {
	name   string
	kind   uint8  // CommandKind or EventKind; 0 when a field decides
	part   string // which of several messages of one kind: Command.Subject
	spoken bool   // only for encoding
	fields []field[T]
	after  func(*T)       // completes what was decoded; may be nil
	allow  func(*T) error // refuses to encode what this generation cannot say; may be nil
	head   []byte         // the encoded "type" key and name
}

// need says what a decoder makes of a field that is missing.
type need uint8

const (
	required  need = iota // missing or nil: the frame is not understood
	optional              // missing or nil: none
	defaulted             // missing: none; nil: not understood
	extra                 // of other generations: optional, and no part of the positional form
)

// field is one key of a message, both ends.
type field[T any] struct {
	key    string
	need   need
	append func(dst []byte, v *T) []byte
	read   func(b []byte, v *T) (rest []byte, err error)
	omit   func(v *T) bool // when not to write it at all; nil: always written
	head   []byte          // the encoded key
}

func (f field[T]) as(n need) field[T] { f.need = n; return f }

func (f field[T]) unless(omit func(*T) bool) field[T] { f.omit = omit; return f }

// build fills in what is derived, once for all frames.
func (m *message[T]) build() *message[T] {
	m.head = msgp.AppendString(msgp.AppendString(nil, "type"), m.name)
	for i := range m.fields {
		m.fields[i].head = msgp.AppendString(nil, m.fields[i].key)
	}
	return m
}

func (m *message[T]) append(dst []byte, v *T) []byte {
	dst = append(msgp.AppendMapHeader(dst, 1+m.size(v)), m.head...)
	return m.appendFields(dst, v)
}

// appendBare writes the fields alone, for a map within a message.
func (m *message[T]) appendBare(dst []byte, v *T) []byte {
	return m.appendFields(msgp.AppendMapHeader(dst, m.size(v)), v)
}

func (m *message[T]) size(v *T) (n uint32) {
	for i := range m.fields {
		if m.fields[i].written(v) {
			n++
		}
	}
	return n
}

func (m *message[T]) appendFields(dst []byte, v *T) []byte {
	for i := range m.fields {
		if f := &m.fields[i]; f.written(v) {
			dst = f.append(append(dst, f.head...), v)
		}
	}
	return dst
}

func (f *field[T]) written(v *T) bool { return f.omit == nil || !f.omit(v) }

// readMap reads n keys with their values, in any order, passing over those it does not know.
func (m *message[T]) readMap(b []byte, n int, v *T) (rest []byte, err error) {
	var have uint32
	next := 0
	for ; n > 0; n-- {
		var key []byte
		if key, b, err = readText(b); err != nil {
			return nil, err
		}
		if i := m.index(key, next); i < 0 {
			b, err = skip(b)
		} else {
			b, err = m.readField(b, i, v, &have)
			next = i + 1
		}
		if err != nil {
			return nil, err
		}
	}
	return b, m.finish(have, v)
}

// readList reads the positional form, which servers accept too: n values alone, in the order of declaration.
func (m *message[T]) readList(b []byte, n int, v *T) (err error) {
	var have uint32
	for i := range m.fields {
		if m.fields[i].need == extra || n == 0 {
			continue
		}
		n--
		if b, err = m.readField(b, i, v, &have); err != nil {
			return err
		}
	}
	return m.finish(have, v)
}

// index finds a field. Frames are nearly always in order, so it looks first where the last one ended.
func (m *message[T]) index(key []byte, next int) int {
	if next < len(m.fields) && m.fields[next].key == string(key) {
		return next
	}
	for i := range m.fields {
		if m.fields[i].key == string(key) {
			return i
		}
	}
	return -1
}

func (m *message[T]) readField(b []byte, i int, v *T, have *uint32) (rest []byte, err error) {
	f := &m.fields[i]
	if !isNull(b) {
		*have |= 1 << i
		return f.read(b, v)
	}
	if f.need == defaulted {
		return nil, &UnknownError{Type: m.name, Field: f.key}
	}
	return b[1:], nil
}

// finish checks that nothing is missing.
func (m *message[T]) finish(have uint32, v *T) error {
	for i := range m.fields {
		if m.fields[i].need == required && have&(1<<i) == 0 {
			return &UnknownError{Type: m.name, Field: m.fields[i].key}
		}
	}
	if m.after != nil {
		m.after(v)
	}
	return nil
}
