package wire

import "github.com/tinylib/msgp/msgp"

// The fields of events. Reading aliases the frame and allocates nothing, except for the list of instances.

func raw(key string, at func(*Event) *[]byte) field[Event] {
	return field[Event]{
		key:    key,
		append: func(dst []byte, e *Event) []byte { return msgp.AppendStringFromBytes(dst, *at(e)) },
		read:   func(b []byte, e *Event) (rest []byte, err error) { *at(e), rest, err = readText(b); return rest, err },
	}
}

func rawNumber(key string, at func(*Event) *uint32) field[Event] {
	return field[Event]{
		key:    key,
		append: func(dst []byte, e *Event) []byte { return msgp.AppendUint32(dst, *at(e)) },
		read:   func(b []byte, e *Event) (rest []byte, err error) { *at(e), rest, err = readUint32(b); return rest, err },
	}
}

func rawText(key string) field[Event] { return raw(key, func(e *Event) *[]byte { return &e.Text }) }
func rawID(key string) field[Event]   { return raw(key, func(e *Event) *[]byte { return &e.ID }) }
func rawHash(key string) field[Event] { return raw(key, func(e *Event) *[]byte { return &e.Hash }) }

func rawOK(key string) field[Event] {
	return field[Event]{
		key:    key,
		append: func(dst []byte, e *Event) []byte { return msgp.AppendBool(dst, e.OK) },
		read:   func(b []byte, e *Event) (rest []byte, err error) { e.OK, rest, err = readBool(b); return rest, err },
	}
}

// rawName is nil when there is no name.
func rawName(key string) field[Event] {
	f := raw(key, func(e *Event) *[]byte { return &e.Name }).as(optional)
	f.append = func(dst []byte, e *Event) []byte {
		if len(e.Name) == 0 {
			return msgp.AppendNil(dst)
		}
		return msgp.AppendStringFromBytes(dst, e.Name)
	}
	return f
}

var (
	corrRaw  = rawNumber("corr_id", func(e *Event) *uint32 { return &e.Corr })
	indexRaw = rawNumber("chunk_index", func(e *Event) *uint32 { return &e.Chunk.Index })
	totalRaw = rawNumber("total_chunks", func(e *Event) *uint32 { return &e.Chunk.Total })
	dataRaw  = field[Event]{
		key:    "chunk_data",
		append: func(dst []byte, e *Event) []byte { return msgp.AppendBytes(dst, e.Chunk.Data) },
		read: func(b []byte, e *Event) (rest []byte, err error) {
			e.Chunk.Data, rest, err = readText(b)
			return rest, err
		},
	}
)
