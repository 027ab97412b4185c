package luabind

import (
	"bytes"
	"os"
	"strconv"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// io.read(...) reads from the default input: "*l" (a line, the default), "*L" (with its end), "*n", "*a" or a number
// of bytes. Nil at the end. Only this task waits.
func (s *stdio) read(L *lua.LState) int {
	if s.in == lua.LValue(s.stdin) {
		return s.readFormats(L, 1)
	}
	return s.method(L, s.in, "read")
}

func (s *stdio) readStream(L *lua.LState) int { return s.readFormats(L, 2) }

func (s *stdio) readFormats(L *lua.LState, first int) int {
	top := L.GetTop()
	if top < first {
		L.Push(s.readLine(L, false))
		return 1
	}
	for i := first; i <= top; i++ {
		value := s.readFormat(L, i)
		L.Push(value)
		if value == lua.LNil {
			return i - first + 1
		}
	}
	return top - first + 1
}

func (s *stdio) readFormat(L *lua.LState, n int) lua.LValue {
	if count, ok := L.Get(n).(lua.LNumber); ok {
		return s.readBytes(L, int(count))
	}
	switch strings.TrimPrefix(luavalue.ArgString(L, n, "io.read"), "*") {
	case "l":
		return s.readLine(L, false)
	case "L":
		return s.readLine(L, true)
	case "a":
		return s.readAll(L)
	case "n":
		return s.readNumber(L)
	}
	luavalue.WrongArg(L, n, "io.read", `must be "*l", "*L", "*n", "*a" or a number of bytes`)
	return lua.LNil
}

// readLine gives the next line, nil at the end.
func (s *stdio) readLine(L *lua.LState, keepEnd bool) lua.LValue {
	in := s.rt.stdin
	for from, taken := 0, in.taken; ; {
		if in.taken != taken { // another task has taken from the front meanwhile
			from, taken = 0, in.taken
		}
		if at := bytes.IndexByte(in.buf[from:], '\n'); at >= 0 {
			return ended(in.take(from+at+1), keepEnd)
		}
		scanned := len(in.buf)
		if !in.more(L) {
			break
		}
		from = scanned
	}
	if len(in.buf) == 0 {
		return lua.LNil
	}
	return ended(in.take(len(in.buf)), keepEnd)
}

func ended(line string, keepEnd bool) lua.LValue {
	if !keepEnd {
		line = strings.TrimSuffix(line, "\n")
	}
	return lua.LString(line)
}

func (s *stdio) readAll(L *lua.LState) lua.LValue {
	in := s.rt.stdin
	for in.more(L) {
	}
	return lua.LString(in.take(len(in.buf)))
}

func (s *stdio) readBytes(L *lua.LState, n int) lua.LValue {
	in := s.rt.stdin
	for len(in.buf) < max(n, 1) && in.more(L) {
	}
	if len(in.buf) == 0 {
		return lua.LNil
	}
	return lua.LString(in.take(min(max(n, 0), len(in.buf))))
}

// readNumber gives the number that comes next, blanks before it skipped, nil when there is none.
func (s *stdio) readNumber(L *lua.LState) lua.LValue {
	in := s.rt.stdin
	word := func() string {
		blank := len(in.buf) - len(bytes.TrimLeft(in.buf, " \t\r\n"))
		end := bytes.IndexAny(in.buf[blank:], " \t\r\n,;")
		if end < 0 {
			return ""
		}
		return string(in.buf[:blank+end])
	}
	text := word()
	for text == "" && in.more(L) {
		text = word()
	}
	if text == "" {
		text = string(in.buf)
	}
	value, err := number(strings.TrimSpace(text))
	if err != nil {
		return lua.LNil
	}
	in.take(len(text))
	return lua.LNumber(value)
}

// number reads a number as Lua writes them, hexadecimal whole ones among them.
func number(word string) (float64, error) {
	if value, err := strconv.ParseFloat(word, 64); err == nil {
		return value, nil
	}
	whole, err := strconv.ParseInt(word, 0, 64)
	return float64(whole), err
}

// io.lines([name]) iterates over the lines of a file, without a name over those of the default input.
func (s *stdio) lines(L *lua.LState) int {
	if L.Get(1) != lua.LNil {
		top := L.GetTop()
		if _, err := os.Stat(luavalue.ArgString(L, 1, "io.lines")); err != nil { // the library would give nil
			fail(L, "io.lines", ioError(err))
		}
		L.Push(s.fileLines)
		for i := 1; i <= top; i++ {
			L.Push(L.Get(i))
		}
		L.Call(top, lua.MultRet)
		return L.GetTop() - top
	}
	if s.in != lua.LValue(s.stdin) {
		L.SetTop(0)
		return s.method(L, s.in, "lines")
	}
	return s.linesOfStream(L)
}

func (s *stdio) linesOfStream(L *lua.LState) int {
	L.Push(L.NewFunction(func(L *lua.LState) int {
		L.Push(s.readLine(L, false))
		return 1
	}))
	return 1
}
