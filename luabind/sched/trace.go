package sched

import (
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// traceFrames bounds a traceback: finding a frame costs its depth, so a deep stack would cost the square of it.
const traceFrames = 100

// traceback lists the Lua functions on the thread, innermost first, one a line; Go functions are left out.
func traceback(L *lua.LState) string {
	var lines []string
	for i := 0; ; i++ {
		dbg, ok := L.GetStack(i)
		if !ok {
			break
		}
		if i == traceFrames {
			lines = append(lines, "…")
			break
		}
		if p := frameOf(L, dbg); p.source != "" {
			lines = append(lines, p.String()+luavalue.FrameName(L, dbg))
		}
	}
	return strings.Join(folded(lines), "\n")
}

func joinTrace(inner, outer string) string {
	if inner == "" || outer == "" {
		return inner + outer
	}
	return inner + "\n" + outer
}

// trace is the traceback of an error value that has just been raised on L, or raised again on its way outwards.
func (t *Task) trace(L *lua.LState, v lua.LValue) string {
	if before := t.raised; before.raisedAs(v) && before.trace != "" {
		if before.thread == L {
			return before.trace
		}
		return joinTrace(before.trace, traceback(L))
	}
	if e, ok := luavalue.AsError(v); ok && e.Traceback != "" && !strings.HasSuffix(e.Traceback, "…") {
		return e.Traceback
	}
	return traceback(L)
}
