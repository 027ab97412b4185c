package wire

import (
	"strings"

	"github.com/tinylib/msgp/msgp"
)

// The fields of commands, by the kind of value that stands on the wire. at says which field of a Command it is.

func text(key string, at func(*Command) *string) field[Command] {
	return field[Command]{
		key:    key,
		append: func(dst []byte, c *Command) []byte { return msgp.AppendString(dst, *at(c)) },
		read:   func(r *cursor, c *Command) (err error) { *at(c), err = r.word(); return err },
	}
}

// maybe is a text that is nil when empty.
func maybe(key string, at func(*Command) *string) field[Command] {
	f := text(key, at).as(optional)
	f.append = func(dst []byte, c *Command) []byte {
		if *at(c) == "" {
			return msgp.AppendNil(dst)
		}
		return msgp.AppendString(dst, *at(c))
	}
	return f
}

func number(key string, at func(*Command) *uint32) field[Command] {
	return field[Command]{
		key:    key,
		append: func(dst []byte, c *Command) []byte { return msgp.AppendUint32(dst, *at(c)) },
		read:   func(r *cursor, c *Command) (err error) { *at(c), err = r.uint32(); return err },
	}
}

func flag(key string, at func(*Command) *bool) field[Command] {
	return field[Command]{
		key:    key,
		append: func(dst []byte, c *Command) []byte { return msgp.AppendBool(dst, *at(c)) },
		read:   func(r *cursor, c *Command) (err error) { *at(c), err = r.bool(); return err },
	}
}

func words(key string, at func(*Command) *[]string) field[Command] {
	return field[Command]{
		key: key,
		append: func(dst []byte, c *Command) []byte {
			dst = msgp.AppendArrayHeader(dst, uint32(len(*at(c))))
			for _, s := range *at(c) {
				dst = msgp.AppendString(dst, s)
			}
			return dst
		},
		read: func(r *cursor, c *Command) (err error) { *at(c), err = r.words(); return err },
	}
}

// maybeWords is nil when the list is.
func maybeWords(key string, at func(*Command) *[]string) field[Command] {
	f := words(key, at).as(optional)
	whole := f.append
	f.append = func(dst []byte, c *Command) []byte {
		if *at(c) == nil {
			return msgp.AppendNil(dst)
		}
		return whole(dst, c)
	}
	return f
}

// words reads an array of texts. It is never nil; it grows as words are found, not as they are announced.
func (c *cursor) words() ([]string, error) {
	n, err := c.items()
	list := make([]string, 0, min(n, 16))
	for ; n > 0 && err == nil; n-- {
		var s string
		if s, err = c.word(); err == nil {
			list = append(list, s)
		}
	}
	return list, err
}

// constant is a field of other generations that always says the same.
func constant(key string, value []byte) field[Command] {
	return field[Command]{
		key:    key,
		need:   extra,
		append: func(dst []byte, _ *Command) []byte { return append(dst, value...) },
		read:   func(r *cursor, _ *Command) error { return r.skip() },
	}
}

// Fields that many messages share.
var (
	corrField    = number("corr_id", func(c *Command) *uint32 { return &c.Corr })
	userField    = text("username", func(c *Command) *string { return &c.User })
	proofField   = text("signature", func(c *Command) *string { return &c.Signature })
	tokenField   = text("token", func(c *Command) *string { return &c.Token })
	subjectField = text("subject", func(c *Command) *string { return &c.Subject })
	recordField  = text("record", func(c *Command) *string { return &c.Record })
	programField = text("inferlet", func(c *Command) *string { return &c.Program })
	hashField    = text("program_hash", func(c *Command) *string { return &c.Hash })
	tomlField    = text("manifest", func(c *Command) *string { return &c.Manifest })
	inputField   = text("input", func(c *Command) *string { return &c.Input })
	messageField = text("message", func(c *Command) *string { return &c.Text })
	argsField    = words("arguments", func(c *Command) *[]string { return &c.Args })
	indexField   = number("chunk_index", func(c *Command) *uint32 { return &c.Chunk.Index })
	totalField   = number("total_chunks", func(c *Command) *uint32 { return &c.Chunk.Total })
	captureField = flag("capture_outputs", func(c *Command) *bool { return &c.Capture })
	forceField   = flag("force_overwrite", func(c *Command) *bool { return &c.Force })
)

// target is the instance, whatever the generation calls it.
func target(key string) field[Command] {
	return text(key, func(c *Command) *string { return &c.ID })
}

// sum is the hash of what is transferred.
func sum(key string) field[Command] {
	return text(key, func(c *Command) *string { return &c.Hash })
}

// detachedField is captureField the other way round.
var detachedField = field[Command]{
	key:    "detached",
	append: func(dst []byte, c *Command) []byte { return msgp.AppendBool(dst, !c.Capture) },
	read: func(r *cursor, c *Command) error {
		detached, err := r.bool()
		c.Capture = !detached
		return err
	},
}

// portField is cut to 16 bits when read, as servers do.
var portField = field[Command]{
	key:    "port",
	append: func(dst []byte, c *Command) []byte { return msgp.AppendUint16(dst, c.Port) },
	read: func(r *cursor, c *Command) error {
		port, err := r.uint32()
		c.Port = uint16(port)
		return err
	},
}

// dataField accepts what servers accept: bin, str, or an array of small integers (the JSON form).
var dataField = field[Command]{
	key:    "chunk_data",
	append: func(dst []byte, c *Command) []byte { return msgp.AppendBytes(dst, c.Chunk.Data) },
	read: func(r *cursor, c *Command) (err error) {
		if msgp.NextType(r.rest) == msgp.ArrayType {
			c.Chunk.Data, err = r.octets()
		} else {
			c.Chunk.Data, err = r.blob()
		}
		return err
	},
}

// octets reads bytes written as an array of integers. Each takes at least one byte, which bounds the allocation.
func (c *cursor) octets() ([]byte, error) {
	n, err := c.items()
	if err != nil {
		return nil, err
	}
	if n > len(c.rest) {
		return nil, c.fail("an array longer than the frame")
	}
	data := make([]byte, 0, n)
	for ; n > 0; n-- {
		v, rest, err := msgp.ReadUint8Bytes(c.rest)
		if err != nil {
			return nil, c.wanted("a byte")
		}
		c.rest = rest
		data = append(data, v)
	}
	return data, nil
}

// budgetField is nil when there is no budget.
var budgetField = field[Command]{
	key:    "token_budget",
	need:   optional,
	append: func(dst []byte, c *Command) []byte { return appendBudget(dst, c.TokenBudget) },
	read:   func(r *cursor, c *Command) (err error) { c.TokenBudget, err = r.uint64(); return err },
}

var budgetsField = field[Command]{
	key:  "token_budgets",
	need: optional,
	append: func(dst []byte, c *Command) []byte {
		if c.Budgets == nil {
			return msgp.AppendNil(dst)
		}
		dst = msgp.AppendArrayHeader(dst, uint32(len(c.Budgets)))
		for _, b := range c.Budgets {
			dst = appendBudget(dst, b)
		}
		return dst
	},
	read: readBudgets,
}

func appendBudget(dst []byte, budget uint64) []byte {
	if budget == 0 {
		return msgp.AppendNil(dst)
	}
	return msgp.AppendUint64(dst, budget)
}

func readBudgets(r *cursor, c *Command) error {
	n, err := r.items()
	c.Budgets = make([]uint64, 0, min(n, 16))
	for ; n > 0 && err == nil; n-- {
		var b uint64
		if !r.null() {
			b, err = r.uint64()
		}
		c.Budgets = append(c.Budgets, b)
	}
	return err
}

// nameField and versionField are the halves of name@version; they may come in either order.
var nameField = field[Command]{
	key: "name",
	append: func(dst []byte, c *Command) []byte {
		name, _ := splitProgram(c.Program)
		return msgp.AppendString(dst, name)
	},
	read: func(r *cursor, c *Command) error {
		name, err := r.word()
		c.Program = name + c.Program
		return err
	},
}

var versionField = field[Command]{
	key: "version",
	append: func(dst []byte, c *Command) []byte {
		_, version := splitProgram(c.Program)
		return msgp.AppendString(dst, version)
	},
	read: func(r *cursor, c *Command) error {
		version, err := r.word()
		if version != "" {
			c.Program += "@" + version
		}
		return err
	},
}

func splitProgram(ref string) (name, version string) {
	if at := strings.LastIndexByte(ref, '@'); at >= 0 {
		return ref[:at], ref[at+1:]
	}
	return ref, ""
}
