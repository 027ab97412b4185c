package engine

import (
	"strings"
	"unicode/utf8"

	"github.com/pierun/pierun/pie/wire"
)

// note is something that a process says, before it becomes an event of some connection.
type note struct {
	kind             wire.EventKind
	text, hash, name string
	chunk            wire.Chunk
}

// maxWrite is the size of one write of a program; a larger one becomes several events.
const maxWrite = 1 << 20

// lossy is text as servers pass it on: what is no UTF-8 becomes replacement characters.
func lossy(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text { // an invalid byte ranges as U+FFFD
		b.WriteRune(r)
	}
	return b.String()
}
