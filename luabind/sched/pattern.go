package sched

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

// Lua patterns, matched by backtracking. gopher-lua's own matcher finds all matches before the first is used, knows
// no frontier, may use up the Go stack, and stops every other task while it runs. This one looks up now and then, as
// a loop of the script would: a hopeless pattern costs its own task only.

const (
	maxCaptures  = 32
	maxPatternIn = 200  // how deep a match may nest: about the number of items in the pattern
	lookEvery    = 4096 // steps between two looks at the flag

	captureOpen     = -1 // the length of a capture that is not closed yet
	capturePosition = -2 // of a position capture
)

type capture struct{ start, length int }

// matcher is one subject and one pattern. Errors in the pattern are raised.
type matcher struct {
	L        *lua.LState
	s        *Scheduler
	src, pat string
	level    int
	captures [maxCaptures]capture
	depth    int
	steps    int
}

func (m *matcher) raise(format string, a ...any) { m.L.RaiseError("%s", fmt.Sprintf(format, a...)) }

// step counts what was tried and lets other tasks run.
func (m *matcher) step() {
	if m.steps++; m.steps%lookEvery == 0 && raised.Load() != 0 {
		m.s.look(m.L)
	}
}

// match tries the pattern from p on at s of the subject; it gives the end of the match, -1 for none.
func (m *matcher) match(s, p int) int {
	if m.depth++; m.depth > maxPatternIn {
		m.raise("pattern too complex")
	}
	defer func() { m.depth-- }()
	for p < len(m.pat) {
		switch c := m.pat[p]; {
		case c == '(':
			return m.startCapture(s, p+1)
		case c == ')':
			return m.endCapture(s, p+1)
		case c == '$' && p+1 == len(m.pat):
			return m.atEnd(s)
		case c == '%' && p+1 < len(m.pat) && isSpecial(m.pat[p+1]):
			if s, p = m.special(s, p+1); s < 0 {
				return -1
			}
			continue
		}
		end := m.itemEnd(p)
		if end < len(m.pat) && isRepeat(m.pat[end]) {
			if m.pat[end] != '?' {
				return m.repeat(s, p, end)
			}
			if r := m.once(s, p, end); r >= 0 {
				return r
			}
			p = end + 1
			continue
		}
		if !m.single(s, p, end) {
			return -1
		}
		s, p = s+1, end
	}
	return s
}

// atEnd gives s if the subject ends there.
func (m *matcher) atEnd(s int) int {
	if s == len(m.src) {
		return s
	}
	return -1
}

// once takes an item that may be left out, and tries the rest behind it.
func (m *matcher) once(s, p, end int) int {
	if !m.single(s, p, end) {
		return -1
	}
	return m.match(s+1, end+1)
}

func isSpecial(c byte) bool { return c == 'b' || c == 'f' || '0' <= c && c <= '9' }

func isRepeat(c byte) bool { return c == '*' || c == '+' || c == '-' || c == '?' }

// special matches %b, %f and %1 to %9, p at the letter; it gives the places after it.
func (m *matcher) special(s, p int) (int, int) {
	switch m.pat[p] {
	case 'b':
		return m.balance(s, p+1), p + 3
	case 'f':
		return m.frontier(s, p+1)
	}
	return m.backReference(s, m.pat[p]), p + 1
}

func (m *matcher) repeat(s, p, end int) int {
	switch m.pat[end] {
	case '*':
		return m.longest(s, p, end)
	case '+':
		if !m.single(s, p, end) {
			return -1
		}
		return m.longest(s+1, p, end)
	}
	return m.shortest(s, p, end)
}

func (m *matcher) longest(s, p, end int) int {
	n := 0
	for m.single(s+n, p, end) {
		n++
	}
	for ; n >= 0; n-- {
		if r := m.match(s+n, end+1); r >= 0 {
			return r
		}
	}
	return -1
}

func (m *matcher) shortest(s, p, end int) int {
	for {
		if r := m.match(s, end+1); r >= 0 {
			return r
		}
		if !m.single(s, p, end) {
			return -1
		}
		s++
	}
}

func (m *matcher) startCapture(s, p int) int {
	if m.level >= maxCaptures {
		m.raise("too many captures")
	}
	length := captureOpen
	if p < len(m.pat) && m.pat[p] == ')' {
		length = capturePosition
		p++
	}
	m.captures[m.level] = capture{s, length}
	m.level++
	r := m.match(s, p)
	if r < 0 {
		m.level--
	}
	return r
}

func (m *matcher) endCapture(s, p int) int {
	for i := m.level - 1; i >= 0; i-- {
		if c := &m.captures[i]; c.length == captureOpen {
			c.length = s - c.start
			r := m.match(s, p)
			if r < 0 {
				c.length = captureOpen
			}
			return r
		}
	}
	m.raise("invalid pattern capture")
	return -1
}

// backReference matches what capture digit has matched.
func (m *matcher) backReference(s int, digit byte) int {
	i := int(digit) - '1'
	if i < 0 || i >= m.level || m.captures[i].length < 0 {
		m.raise("invalid capture index")
	}
	c := m.captures[i]
	if len(m.src)-s < c.length || m.src[s:s+c.length] != m.src[c.start:c.start+c.length] {
		return -1
	}
	return s + c.length
}

// balance matches %bxy, p at x.
func (m *matcher) balance(s, p int) int {
	if p+1 >= len(m.pat) {
		m.raise("unbalanced pattern")
	}
	if s >= len(m.src) || m.src[s] != m.pat[p] {
		return -1
	}
	opening, closing := m.pat[p], m.pat[p+1]
	for depth, i := 1, s+1; i < len(m.src); i++ {
		m.step()
		switch m.src[i] {
		case closing:
			if depth--; depth == 0 {
				return i + 1
			}
		case opening:
			depth++
		}
	}
	return -1
}

// frontier matches %f[set], p at the bracket: the place between a character outside of the set and one inside.
func (m *matcher) frontier(s, p int) (int, int) {
	if p >= len(m.pat) || m.pat[p] != '[' {
		m.raise("missing '[' after '%%f' in pattern")
	}
	end := m.itemEnd(p)
	var before, after byte
	if s > 0 {
		before = m.src[s-1]
	}
	if s < len(m.src) {
		after = m.src[s]
	}
	if m.set(before, p, end-1) || !m.set(after, p, end-1) {
		return -1, end
	}
	return s, end
}
