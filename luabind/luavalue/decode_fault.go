package luavalue

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// faultOf finds the first place where a text is no JSON, and says in plain words what stands there; words are "" for JSON.
// Decode asks only once it knows that there is one: this is the slow way to read.
func faultOf(b []byte) (at int, words string) {
	s := faultFinder{b: b}
	if s.value(0) && s.skip() < len(b) {
		s.unexpected("after the value")
	}
	return s.i, s.words
}

// faultFinder reads JSON until its first fault. Its methods tell whether there was none in what they have read; else i
// is where it is.
type faultFinder struct {
	b     []byte
	i     int // the next byte
	words string
}

func (s *faultFinder) fail(words string) bool {
	s.words = words
	return false
}

// unexpected tells what stands at i, and where that is.
func (s *faultFinder) unexpected(where string) bool {
	return s.fail("not JSON: unexpected " + s.found() + " " + where)
}

// found is what stands at i: the end, a word, a character.
func (s *faultFinder) found() string {
	rest := s.b[s.i:]
	if len(rest) == 0 {
		return "end"
	}
	if word := leadingWord(rest); len(word) > 1 {
		return "'" + string(word[:min(len(word), 20)]) + "'"
	}
	switch r, size := utf8.DecodeRune(rest); {
	case r == utf8.RuneError && size == 1:
		return fmt.Sprintf("byte 0x%02x", rest[0])
	case r == '\'':
		return "single quote"
	default:
		return strconv.QuoteRune(r)
	}
}

func leadingWord(b []byte) []byte {
	n := bytes.IndexFunc(b, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_' })
	if n < 0 {
		return b
	}
	return b[:n]
}

// skip steps over white space and gives where that ends.
func (s *faultFinder) skip() int {
	for s.i < len(s.b) && strings.IndexByte(" \t\r\n", s.b[s.i]) >= 0 {
		s.i++
	}
	return s.i
}

// take steps over the next byte if it is one of those.
func (s *faultFinder) take(among string) bool {
	if s.i < len(s.b) && strings.IndexByte(among, s.b[s.i]) >= 0 {
		s.i++
		return true
	}
	return false
}

func (s *faultFinder) value(depth int) bool {
	s.skip()
	if s.i == len(s.b) {
		return s.unexpected("in place of a value")
	}
	switch c := s.b[s.i]; {
	case (c == '{' || c == '[') && depth == maxDepth:
		return s.fail(tooDeep)
	case c == '{':
		return s.items('}', func() bool { return s.member(depth) })
	case c == '[':
		return s.items(']', func() bool { return s.value(depth + 1) })
	case c == '"':
		return s.text()
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	}
	return s.literal()
}

// items reads what is between brackets.
func (s *faultFinder) items(closing byte, item func() bool) bool {
	s.i++
	s.skip()
	if s.take(string(closing)) {
		return true
	}
	for item() {
		s.skip()
		switch {
		case s.take(string(closing)):
			return true
		case !s.take(","):
			return s.unexpected("in place of , or " + string(closing))
		}
	}
	return false
}

func (s *faultFinder) member(depth int) bool {
	if s.skip() == len(s.b) || s.b[s.i] != '"' {
		return s.unexpected("in place of a name in double quotes")
	}
	if !s.text() {
		return false
	}
	s.skip()
	if !s.take(":") {
		return s.unexpected("in place of :")
	}
	return s.value(depth + 1)
}

func (s *faultFinder) text() bool {
	s.i++
	for s.i < len(s.b) && s.b[s.i] >= ' ' {
		switch {
		case s.take(`"`):
			return true
		case s.take(`\`):
			if !s.escape() {
				return false
			}
		default:
			s.i++
		}
	}
	return s.unexpected("inside a string")
}

// escape reads what follows a backslash.
func (s *faultFinder) escape() bool {
	if !s.take("u") {
		return s.take(`"\/bfnrt`) || s.unexpected(`after \ inside a string`)
	}
	for range 4 {
		if !s.take("0123456789abcdefABCDEF") {
			return s.unexpected(`in place of four hex digits after \u`)
		}
	}
	return true
}

func (s *faultFinder) number() bool {
	s.take("-")
	switch {
	case !s.take("0"):
		if !s.digits() {
			return false
		}
	case s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9':
		return s.unexpected("after the 0 that a number begins with")
	}
	if s.take(".") && !s.digits() {
		return false
	}
	if s.take("eE") {
		s.take("+-")
		return s.digits()
	}
	return true
}

func (s *faultFinder) digits() bool {
	const digits = "0123456789"
	if !s.take(digits) {
		return s.unexpected("inside a number")
	}
	for s.take(digits) {
	}
	return true
}

func (s *faultFinder) literal() bool {
	word := string(leadingWord(s.b[s.i:]))
	for _, literal := range [...]string{"true", "false", "null"} {
		switch {
		case word == literal:
			s.i += len(word)
			return true
		case word != "" && s.i+len(word) == len(s.b) && strings.HasPrefix(literal, word):
			s.i = len(s.b)
			return s.unexpected("inside " + literal)
		}
	}
	return s.unexpected("in place of a value")
}
