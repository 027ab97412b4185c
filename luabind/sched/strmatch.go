package sched

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// The string functions that take a pattern.

// argString is argument n, a string or a number.
func argString(L *lua.LState, n int) string {
	if v, ok := L.Get(n).(lua.LNumber); ok {
		return numberText(float64(v))
	}
	return L.CheckString(n)
}

// start gives the place that the init argument n stands for, from 0; past the end for one that is.
func start(L *lua.LState, n, length int) int {
	i := L.OptInt(n, 1)
	if i < 0 {
		i += length + 1
	}
	return max(i, 1) - 1
}

func (s *Scheduler) newMatcher(L *lua.LState, src, pat string) *matcher {
	return &matcher{L: L, s: s, src: src, pat: pat}
}

// search looks for the first match from at on; anchored only there.
func (m *matcher) search(at int, anchored bool) (from, to int) {
	for ; at <= len(m.src); at++ {
		m.level = 0
		if end := m.match(at, 0); end >= 0 {
			return at, end
		}
		if anchored {
			break
		}
		m.step()
	}
	return -1, -1
}

// capture gives capture i of a match, the whole match for 0 where the pattern has none.
func (m *matcher) capture(i, from, to int) lua.LValue {
	if i >= m.level {
		if i > 0 {
			m.raise("invalid capture index")
		}
		return lua.LString(m.src[from:to])
	}
	switch c := m.captures[i]; c.length {
	case captureOpen:
		m.raise("unfinished capture")
		return lua.LNil
	case capturePosition:
		return lua.LNumber(c.start + 1)
	default:
		return lua.LString(m.src[c.start : c.start+c.length])
	}
}

// push pushes all captures, the whole match when there are none.
func (m *matcher) push(from, to int) int {
	n := max(m.level, 1)
	for i := range n {
		m.L.Push(m.capture(i, from, to))
	}
	return n
}

// string.find(s, pattern[, init[, plain]])
func (s *Scheduler) strFind(L *lua.LState) int {
	src, pat := argString(L, 1), argString(L, 2)
	at := start(L, 3, len(src))
	if at > len(src) {
		L.Push(lua.LNil)
		return 1
	}
	if L.ToBool(4) || !strings.ContainsAny(pat, "^$*+?.([%-") {
		return findPlain(L, src, pat, at)
	}
	pat, anchored := strings.CutPrefix(pat, "^")
	m := s.newMatcher(L, src, pat)
	from, to := m.search(at, anchored)
	if from < 0 {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(lua.LNumber(from + 1))
	L.Push(lua.LNumber(to))
	if m.level == 0 {
		return 2
	}
	return 2 + m.push(from, to)
}

func findPlain(L *lua.LState, src, pat string, at int) int {
	i := strings.Index(src[at:], pat)
	if i < 0 {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(lua.LNumber(at + i + 1))
	L.Push(lua.LNumber(at + i + len(pat)))
	return 2
}

// string.match(s, pattern[, init])
func (s *Scheduler) strMatch(L *lua.LState) int {
	src := argString(L, 1)
	pat, anchored := strings.CutPrefix(argString(L, 2), "^")
	m := s.newMatcher(L, src, pat)
	from, to := m.search(start(L, 3, len(src)), anchored)
	if from < 0 {
		L.Push(lua.LNil)
		return 1
	}
	return m.push(from, to)
}

// string.gmatch(s, pattern): each call of the iterator looks for the next match.
func (s *Scheduler) strGmatch(L *lua.LState) int {
	m := s.newMatcher(L, argString(L, 1), argString(L, 2))
	at := 0
	L.Push(L.NewFunction(func(L *lua.LState) int {
		m.L = L
		from, to := m.search(at, false)
		if from < 0 {
			at = len(m.src) + 1
			L.Push(lua.LNil)
			return 1
		}
		if at = to; to == from {
			at++
		}
		return m.push(from, to)
	}))
	return 1
}

// string.gsub(s, pattern, replacement[, n])
func (s *Scheduler) strGsub(L *lua.LState) int {
	src := argString(L, 1)
	pat, anchored := strings.CutPrefix(argString(L, 2), "^")
	repl := L.Get(3)
	switch repl.(type) {
	case lua.LString, lua.LNumber, *lua.LTable, *lua.LFunction:
	default:
		L.ArgError(3, "string/function/table expected")
	}
	limit := L.OptInt(4, len(src)+1)
	out, n := s.newMatcher(L, src, pat).substitute(repl, limit, anchored)
	L.Push(lua.LString(out))
	L.Push(lua.LNumber(n))
	return 2
}

// substitute replaces what matches, limit times at most; it gives the text and how often that was.
func (m *matcher) substitute(repl lua.LValue, limit int, anchored bool) (text string, n int) {
	var out strings.Builder
	at := 0
	for n < limit {
		m.level = 0
		end := m.match(at, 0)
		if end >= 0 {
			n++
			m.replace(&out, repl, at, end)
		}
		switch {
		case end > at:
			at = end
		case at < len(m.src):
			out.WriteByte(m.src[at])
			at++
		default:
			at++
		}
		if at > len(m.src) || anchored {
			break
		}
		m.step()
	}
	if at < len(m.src) {
		out.WriteString(m.src[at:])
	}
	return out.String(), n
}

// replace writes what a match is replaced by.
func (m *matcher) replace(out *strings.Builder, repl lua.LValue, from, to int) {
	var v lua.LValue
	switch r := repl.(type) {
	case *lua.LTable:
		v = m.L.GetTable(r, m.capture(0, from, to))
	case *lua.LFunction:
		m.L.Push(r)
		m.L.Call(m.push(from, to), 1)
		v = m.L.Get(-1)
		m.L.Pop(1)
	default:
		m.expand(out, ToString(m.L, repl), from, to)
		return
	}
	switch v := v.(type) {
	case lua.LString:
		out.WriteString(string(v))
	case lua.LNumber:
		out.WriteString(numberText(float64(v)))
	default:
		if lua.LVAsBool(v) {
			m.raise("invalid replacement value (a %s)", v.Type())
		}
		out.WriteString(m.src[from:to])
	}
}

// expand writes a replacement with its %0 to %9.
func (m *matcher) expand(out *strings.Builder, repl string, from, to int) {
	for i := 0; i < len(repl); i++ {
		c := repl[i]
		if c != '%' || i+1 == len(repl) {
			out.WriteByte(c)
			continue
		}
		i++
		switch c = repl[i]; {
		case c == '0':
			out.WriteString(m.src[from:to])
		case '1' <= c && c <= '9':
			out.WriteString(ToString(m.L, m.capture(int(c)-'1', from, to)))
		default:
			out.WriteByte(c)
		}
	}
}
