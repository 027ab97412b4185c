package wire

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
func (v *vocabulary[T]) read(frame []byte, t *T) (*message[T], error) {
	c := newCursor(frame)
	if len(frame) > 0 && (frame[0]&0xf0 == 0x90 || frame[0] == 0xdc || frame[0] == 0xdd) {
		return v.readList(&c, t)
	}
	n, err := c.fields()
	if err != nil {
		return nil, err
	}
	name, left, err := c.typeName(n)
	if err != nil {
		return nil, err
	}
	m := v.names[string(name)]
	if m == nil {
		return nil, unknownType(name)
	}
	return m, m.readMap(&c, left, t)
}

func (v *vocabulary[T]) readList(c *cursor, t *T) (*message[T], error) {
	n, err := c.items()
	if err != nil {
		return nil, err
	}
	name, err := c.text()
	if err != nil {
		return nil, err
	}
	m := v.names[string(name)]
	if m == nil {
		return nil, unknownType(name)
	}
	return m, m.readList(c, n-1, t)
}

// typeName finds the value of the key "type" among n keys. When it comes first, as servers write it, c moves behind
// it and left is one less; else c stays.
func (c *cursor) typeName(n int) (name []byte, left int, err error) {
	look := *c
	for i := 0; i < n; i++ {
		key, err := look.text()
		if err != nil {
			return nil, 0, err
		}
		if string(key) != "type" {
			if err := look.skip(); err != nil {
				return nil, 0, err
			}
			continue
		}
		name, err := look.text()
		if err == nil && i == 0 {
			*c = look
			n--
		}
		return name, n, err
	}
	return nil, 0, &UnknownError{Field: "type"}
}

// unknownType keeps no more of a strange name than a person can read.
func unknownType(name []byte) error {
	return &UnknownError{Type: string(name[:min(len(name), 64)])}
}
