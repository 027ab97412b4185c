package wire

import "github.com/tinylib/msgp/msgp"

// The fields of events. Reading aliases the frame and allocates nothing, except for the list of instances.

func raw(key string, at func(*Event) *[]byte) field[Event] {
	return field[Event]{
		key:    key,
		append: func(dst []byte, e *Event) []byte { return msgp.AppendStringFromBytes(dst, *at(e)) },
		read:   func(c *cursor, e *Event) (err error) { *at(e), err = c.text(); return err },
	}
}

func rawNumber(key string, at func(*Event) *uint32) field[Event] {
	return field[Event]{
		key:    key,
		append: func(dst []byte, e *Event) []byte { return msgp.AppendUint32(dst, *at(e)) },
		read:   func(c *cursor, e *Event) (err error) { *at(e), err = c.uint32(); return err },
	}
}

func rawText(key string) field[Event] { return raw(key, func(e *Event) *[]byte { return &e.Text }) }
func rawID(key string) field[Event]   { return raw(key, func(e *Event) *[]byte { return &e.ID }) }
func rawHash(key string) field[Event] { return raw(key, func(e *Event) *[]byte { return &e.Hash }) }

func rawOK(key string) field[Event] {
	return field[Event]{
		key:    key,
		append: func(dst []byte, e *Event) []byte { return msgp.AppendBool(dst, e.OK) },
		read:   func(c *cursor, e *Event) (err error) { e.OK, err = c.bool(); return err },
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
		read:   func(c *cursor, e *Event) (err error) { e.Chunk.Data, err = c.blob(); return err },
	}
)
