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
		read:   func(b []byte, c *Command) (rest []byte, err error) { *at(c), rest, err = readWord(b); return rest, err },
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
		read: func(b []byte, c *Command) (rest []byte, err error) {
			*at(c), rest, err = readUint32(b)
			return rest, err
		},
	}
}

func flag(key string, at func(*Command) *bool) field[Command] {
	return field[Command]{
		key:    key,
		append: func(dst []byte, c *Command) []byte { return msgp.AppendBool(dst, *at(c)) },
		read:   func(b []byte, c *Command) (rest []byte, err error) { *at(c), rest, err = readBool(b); return rest, err },
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
		read: func(b []byte, c *Command) (rest []byte, err error) {
			*at(c), rest, err = readWords(b)
			return rest, err
		},
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

// constant is a field of other generations that always says the same.
func constant(key string, value []byte) field[Command] {
	return field[Command]{
		key:    key,
		need:   extra,
		append: func(dst []byte, _ *Command) []byte { return append(dst, value...) },
		read:   func(b []byte, _ *Command) (rest []byte, err error) { return skip(b) },
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
	read: func(b []byte, c *Command) (rest []byte, err error) {
		detached, rest, err := readBool(b)
		c.Capture = !detached
		return rest, err
	},
}

// portField is cut to 16 bits when read, as servers do.
var portField = field[Command]{
	key:    "port",
	append: func(dst []byte, c *Command) []byte { return msgp.AppendUint16(dst, c.Port) },
	read: func(b []byte, c *Command) (rest []byte, err error) {
		port, rest, err := readUint32(b)
		c.Port = uint16(port)
		return rest, err
	},
}

// dataField accepts what servers accept: bin, str, or an array of small integers (the JSON form).
var dataField = field[Command]{
	key:    "chunk_data",
	append: func(dst []byte, c *Command) []byte { return msgp.AppendBytes(dst, c.Chunk.Data) },
	read: func(b []byte, c *Command) (rest []byte, err error) {
		if msgp.NextType(b) == msgp.ArrayType {
			c.Chunk.Data, rest, err = readOctets(b)
		} else {
			c.Chunk.Data, rest, err = readText(b)
		}
		return rest, err
	},
}

// budgetField is nil when there is no budget.
var budgetField = field[Command]{
	key:    "token_budget",
	need:   optional,
	append: func(dst []byte, c *Command) []byte { return appendBudget(dst, c.TokenBudget) },
	read: func(b []byte, c *Command) (rest []byte, err error) {
		c.TokenBudget, rest, err = readUint64(b)
		return rest, err
	},
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

func readBudgets(b []byte, c *Command) (rest []byte, err error) {
	n, rest, err := readItems(b)
	c.Budgets = make([]uint64, 0, min(n, 16))
	for ; n > 0 && err == nil; n-- {
		var budget uint64
		if isNull(rest) {
			rest = rest[1:]
		} else {
			budget, rest, err = readUint64(rest)
		}
		c.Budgets = append(c.Budgets, budget)
	}
	return rest, err
}

// nameField and versionField are the halves of name@version; they may come in either order.
var nameField = field[Command]{
	key: "name",
	append: func(dst []byte, c *Command) []byte {
		name, _ := splitProgram(c.Program)
		return msgp.AppendString(dst, name)
	},
	read: func(b []byte, c *Command) (rest []byte, err error) {
		name, rest, err := readWord(b)
		c.Program = name + c.Program
		return rest, err
	},
}

var versionField = field[Command]{
	key: "version",
	append: func(dst []byte, c *Command) []byte {
		_, version := splitProgram(c.Program)
		return msgp.AppendString(dst, version)
	},
	read: func(b []byte, c *Command) (rest []byte, err error) {
		version, rest, err := readWord(b)
		if version != "" {
			c.Program += "@" + version
		}
		return rest, err
	},
}

func splitProgram(ref string) (name, version string) {
	if at := strings.LastIndexByte(ref, '@'); at >= 0 {
		return ref[:at], ref[at+1:]
	}
	return ref, ""
}
