package luabind

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"unicode"

	"github.com/pierun/pierun/luabind/luavalue"
)

// Describe words an error of RunFile or RunString for a person: place and message, an excerpt of the script, what the
// server said, the hint and the way there. It ends with a newline; nil gives "".
func (rt *Runtime) Describe(err error) string {
	if err == nil {
		return ""
	}
	var e *luavalue.Error
	if !errors.As(err, &e) {
		return err.Error() + "\n"
	}
	var b strings.Builder
	b.WriteString(headline(e) + "\n")
	b.WriteString(rt.excerpt(e.Where))
	part(&b, "the server said", e.Server)
	part(&b, "instance", e.InstanceID)
	part(&b, "hint", e.Hint)
	if strings.Contains(e.Traceback, "\n") {
		b.WriteString("  called from:\n")
		indent(&b, "    ", strings.TrimRight(e.Traceback, "\n"))
	}
	return b.String()
}

// headline is "file:line: kind: message", with the call that failed.
func headline(e *luavalue.Error) string {
	said := luavalue.Error{Kind: e.Kind, Message: brief(e.Message)}
	if e.Op != "" && !strings.Contains(e.Message, e.Op) {
		said.Message = e.Op + ": " + said.Message
	}
	head := said.Said()
	if e.Where != "" {
		head = e.Where + ": " + head
	}
	return head
}

func part(b *strings.Builder, name, text string) {
	if text != "" {
		indent(b, "  ", name+": "+brief(text))
	}
}

// How much of one text of an error is shown: the hint that follows it should be seen. The script has all of it.
const (
	longestText = 4 << 10 // bytes
	mostLines   = 40
)

func brief(text string) string { return luavalue.Brief(text, longestText, mostLines) }

func indent(b *strings.Builder, by, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(by + strings.TrimLeft(line, "\t") + "\n")
	}
}

// excerpt is the line at "file:line" with one before it, "" when the text is not known.
func (rt *Runtime) excerpt(where string) string {
	at := strings.LastIndexByte(where, ':')
	if at < 0 {
		return ""
	}
	n, err := strconv.Atoi(where[at+1:])
	text, known := rt.sources[where[:at]]
	if err != nil || !known {
		return ""
	}
	lines := strings.Split(text, "\n")
	var b strings.Builder
	for i := max(1, n-1); i <= n && i <= len(lines); i++ {
		mark := " "
		if i == n {
			mark = ">"
		}
		fmt.Fprintf(&b, "  %s %4d | %s\n", mark, i, printable(strings.TrimRight(lines[i-1], "\r")))
	}
	return b.String()
}

// longestExcerpt is how many characters of a line are shown.
const longestExcerpt = 200

// printable is a line as a terminal may show it: a file that is no script should not take command of it.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, shorten(line, longestExcerpt))
}

// scriptUnreadable is the error of a script that cannot be opened.
func scriptUnreadable(path string, err error) error {
	e := luavalue.Errorf(luavalue.KindIO, "cannot read the script %s: %w", path, err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Message = fmt.Sprintf("there is no script %s", path)
	case isFolder(path):
		e.Message = fmt.Sprintf("%s is a folder, not a script", path)
	}
	return e
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
