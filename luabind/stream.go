package luabind

import (
	"strings"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// stream iterates over what a program says: its stdout, or the returned text where nothing was printed.
type stream struct {
	i      *instance
	limit  time.Duration
	over   bool   // the end was read
	rest   string // by line: the unfinished line; after the end: what is still to give
	byLine bool
}

// inst:stream([{by = "piece"|"line", timeout = d}]) gives the iterator.
func instStream(L *lua.LState) int {
	const op = "instance:stream"
	s := &stream{i: self[*instance](L, op)}
	o := luavalue.Opts(L, 2, op, "by", "timeout")
	s.limit = o.Duration("timeout", -1)
	switch by := o.String("by", "piece"); by {
	case "piece":
	case "line":
		s.byLine = true
	default:
		o.Fail("by", `must be "piece" or "line", not %q`, by)
	}
	L.Push(L.NewFunction(s.next))
	return 1
}

// next gives the next piece or line; nil at the end.
func (s *stream) next(L *lua.LState) int {
	for {
		if line, ok := s.line(); ok {
			L.Push(lua.LString(line))
			return 1
		}
		if s.over {
			L.Push(lua.LNil)
			return 1
		}
		e := s.i.nextEvent(L, "instance:stream", s.limit)
		if e.Kind == pie.Stdout && e.Size > 0 && !s.byLine {
			L.Push(e.Value.(lua.LValue))
			return 1
		}
		s.take(L, &e)
	}
}

// take keeps what an event adds to rest.
func (s *stream) take(L *lua.LState, e *pie.Event) {
	switch {
	case e.Kind == pie.Stdout:
		s.rest += text(e.Value)
	case e.Kind.Terminal():
		s.over = true
		s.i.raiseBadEnd(L, "instance:stream")
		if !s.i.record().printed && e.Kind == pie.Completed {
			s.rest = text(e.Value)
		}
	}
}

// line cuts what can be given off the front of rest: a whole line, and at the end all of it.
func (s *stream) line() (string, bool) {
	if s.rest == "" {
		return "", false
	}
	if s.byLine {
		if line, rest, found := strings.Cut(s.rest, "\n"); found {
			s.rest = rest
			return strings.TrimSuffix(line, "\r"), true
		}
	}
	if !s.over {
		return "", false
	}
	line := s.rest
	s.rest = ""
	return line, true
}
