package sched

import "strings"

// opener is a word or bracket that something has to close.
type opener struct {
	word      string
	line      int
	indent    int  // of its line
	afterElse bool // an if behind an else follows, or it is one
}

// closer is what closes it.
func (o opener) closer() string {
	switch o.word {
	case "(":
		return "')'"
	case "{":
		return "'}'"
	case "repeat":
		return "'until'"
	}
	if strings.HasPrefix(o.word, "[") {
		return "']" + o.word[1:len(o.word)-1] + "]'"
	}
	return "'end'"
}

// nesting reads a script only as far as needed to know what is open.
type nesting struct {
	code          string
	at, line      int
	indent        int  // of the line
	fresh         bool // only blanks on the line so far
	last          string
	open          []opener
	pendingDo     int    // while and for whose do has not come
	elseIf        int    // the last line with an if behind an else
	suspect       opener // the first whose end stands on a line that is indented less
	suspectsFound bool
}

// unclosed finds what a script opens and never closes. Where the indentation shows that an inner block took the end of
// an outer one, it is the inner one.
func unclosed(code string) (opener, bool) {
	n := nesting{code: code, line: 1, fresh: true}
	for n.at < len(n.code) {
		if !n.next() {
			return n.open[len(n.open)-1], true
		}
	}
	if len(n.open) == 0 {
		return opener{}, false
	}
	found := n.open[len(n.open)-1]
	if n.suspectsFound {
		found = n.suspect
	}
	found.afterElse = n.elseIf >= found.line
	return found, true
}

// next reads one word, text or character; false when a text is not closed.
func (n *nesting) next() bool {
	rest := n.code[n.at:]
	switch c := rest[0]; {
	case c == '\n':
		n.at, n.line, n.indent, n.fresh = n.at+1, n.line+1, 0, true
	case c == ' ' || c == '\t' || c == '\r':
		n.at++
		if n.fresh {
			n.indent++
		}
	case strings.HasPrefix(rest, "--"):
		n.at += 2
		if !n.long() {
			return false
		}
		if n.code[n.at-1] == '-' {
			n.at += len(n.code[n.at:]) - len(strings.TrimLeft(n.code[n.at:], "-"))
			n.skipLine()
		}
	case c == '"' || c == '\'':
		n.quoted(c)
	case c == '[' && n.longLevel() >= 0:
		return n.long()
	default:
		n.word()
	}
	return true
}

func (n *nesting) skipLine() {
	if end := strings.IndexByte(n.code[n.at:], '\n'); end >= 0 {
		n.at += end
	} else {
		n.at = len(n.code)
	}
}

// longLevel is the number of = of a long bracket that begins here, -1 for none.
func (n *nesting) longLevel() int {
	rest := n.code[n.at:]
	if !strings.HasPrefix(rest, "[") {
		return -1
	}
	level := len(rest[1:]) - len(strings.TrimLeft(rest[1:], "="))
	if !strings.HasPrefix(rest[1+level:], "[") {
		return -1
	}
	return level
}

// long passes a long bracket, if one begins here; false when it is not closed.
func (n *nesting) long() bool {
	level := n.longLevel()
	if level < 0 {
		return true
	}
	marks := strings.Repeat("=", level)
	end := strings.Index(n.code[n.at:], "]"+marks+"]")
	if end < 0 {
		n.push("[" + marks + "[")
		return false
	}
	n.line += strings.Count(n.code[n.at:n.at+end], "\n")
	n.at, n.fresh = n.at+end+level+2, false
	return true
}

func (n *nesting) quoted(quote byte) {
	n.fresh = false
	for n.at++; n.at < len(n.code); n.at++ {
		switch n.code[n.at] {
		case '\\':
			n.at++
			if n.at < len(n.code) && n.code[n.at] == '\n' {
				n.line++
			}
		case quote:
			n.at++
			return
		case '\n':
			return
		}
	}
}

// word passes a name, or one character.
func (n *nesting) word() {
	end := n.at
	for end < len(n.code) && isWord(n.code[end]) {
		end++
	}
	end = max(end, n.at+1)
	text := n.code[n.at:end]
	n.at = end
	n.count(text)
	n.fresh, n.last = false, text
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// count opens or closes.
func (n *nesting) count(text string) {
	switch text {
	case "function", "if", "repeat", "(", "{":
		n.push(text)
	case "while", "for":
		n.push(text)
		n.pendingDo++
	case "do":
		if n.pendingDo > 0 {
			n.pendingDo--
		} else {
			n.push(text)
		}
	case "end", "until", ")", "}":
		n.pop()
	}
}

func (n *nesting) push(word string) {
	n.open = append(n.open, opener{word: word, line: n.line, indent: n.indent})
	if word == "if" && n.last == "else" {
		n.elseIf = n.line
	}
}

// pop closes the innermost. One that is indented deeper than the line that closes it was not meant.
func (n *nesting) pop() {
	if len(n.open) == 0 {
		return
	}
	last := n.open[len(n.open)-1]
	n.open = n.open[:len(n.open)-1]
	if n.fresh && last.indent > n.indent && !n.suspectsFound {
		n.suspect, n.suspectsFound = last, true
	}
}
