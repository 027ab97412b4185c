package wire

import "github.com/tinylib/msgp/msgp"

// vocabulary is what one side of a generation can say: its messages by their name on the wire and by kind.
type vocabulary[T any] struct {
	names map[string]*message[T]
	kinds [32][]*message[T]
}

// newVocabulary gathers messages. A message of kind 0 has no single kind: its codec holds on to it. One that is spoken
// only is the second layout of a name, for encoding.
func newVocabulary[T any](messages ...*message[T]) *vocabulary[T] {
	v := &vocabulary[T]{names: make(map[string]*message[T], len(messages))}
	for _, m := range messages {
		m.build()
		v.kinds[m.kind] = append(v.kinds[m.kind], m)
		if !m.spoken {
			v.names[m.name] = m
		}
	}
	return v
}

// find gives the message for a kind, or nil. Kind 0 has none.
func (v *vocabulary[T]) find(kind uint8, part string) *message[T] {
	if kind == 0 || int(kind) >= len(v.kinds) {
		return nil
	}
	for _, m := range v.kinds[kind] {
		if m.part == "" || m.part == part {
			return m
		}
	}
	return nil
}

// read decodes frame into t, whose fields are clear, and says which message it was.
func (v *vocabulary[T]) read(frame []byte, t *T) (m *message[T], err error) {
	if msgp.NextType(frame) == msgp.ArrayType {
		m, err = v.readList(frame, t)
	} else {
		m, err = v.readMap(frame, t)
	}
	return m, locate(err, len(frame))
}

func (v *vocabulary[T]) readMap(frame []byte, t *T) (*message[T], error) {
	n, b, err := readFields(frame)
	if err != nil {
		return nil, err
	}
	name, b, n, err := readTypeName(b, n)
	if err != nil {
		return nil, err
	}
	m, err := v.named(name)
	if err != nil {
		return nil, err
	}
	_, err = m.readMap(b, n, t)
	return m, err
}

func (v *vocabulary[T]) readList(frame []byte, t *T) (*message[T], error) {
	n, b, err := readItems(frame)
	if err != nil {
		return nil, err
	}
	name, b, err := readText(b)
	if err != nil {
		return nil, err
	}
	m, err := v.named(name)
	if err != nil {
		return nil, err
	}
	return m, m.readList(b, n-1, t)
}

// named gives the message of a name on the wire.
func (v *vocabulary[T]) named(name []byte) (*message[T], error) {
	if m := v.names[string(name)]; m != nil {
		return m, nil
	}
	return nil, unknownType(name)
}

// readTypeName finds the value of the key "type" among the n keys that begin at b. When it comes first, as servers
// write it, it is passed over and left is one less; else everything is still to be read.
func readTypeName(b []byte, n int) (name, rest []byte, left int, err error) {
	look := b
	for i := range n {
		var key []byte
		if key, look, err = readText(look); err != nil {
			return nil, nil, 0, err
		}
		if string(key) != "type" {
			if look, err = skip(look); err != nil {
				return nil, nil, 0, err
			}
			continue
		}
		name, look, err = readText(look)
		if i == 0 {
			return name, look, n - 1, err
		}
		return name, b, n, err
	}
	return nil, nil, 0, &UnknownError{Field: "type"}
}

func unknownType(name []byte) error { return &UnknownError{Type: readable(name)} }

func unknownValue(name, field string, value []byte) error {
	return &UnknownError{Type: name, Field: field, Value: readable(value)}
}

// readable keeps no more of a strange word than a person can read.
func readable(word []byte) string { return string(word[:min(len(word), 64)]) }
