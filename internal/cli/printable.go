package cli

import (
	"strings"

	"github.com/pierun/pierun/internal/screen"
	"github.com/pierun/pierun/luabind/luavalue"
)

// longestText is how many bytes of one text are printed: an error may hold all that a program wrote.
const longestText = 16 << 10

// printable is a text of others as a terminal may show it: without the characters that would take command of the
// terminal or turn the order of the words round, and cut, with a note, where it would fill the screen.
func printable(text string) string {
	text = luavalue.Brief(text, longestText, 0)
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return screen.Harmless(r)
	}, strings.ReplaceAll(text, "\r\n", "\n"))
}

// inLine is a text of others as part of a line, whole.
func inLine(text string) string { return strings.Map(screen.Harmless, text) }
