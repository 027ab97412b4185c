package luavalue

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// maxFrames bounds a traceback: finding a frame costs its depth, so a deep stack would cost the square of it.
const maxFrames = 12

// Raise raises e in the running Lua code and never returns. What e does not say yet is added: the line of the
// nearest Lua function, and a traceback.
func Raise(L *lua.LState, e *Error) {
	Locate(L, e)
	L.Error(e.Value(L), 0)
}

// Raisef is Raise of a new Error.
func Raisef(L *lua.LState, kind, format string, a ...any) {
	Raise(L, Errorf(kind, format, a...))
}

// Locate adds the place and the traceback that e does not have yet, without raising it.
func Locate(L *lua.LState, e *Error) {
	if e.Where == "" {
		e.Where = Where(L)
	}
	if e.Traceback == "" {
		e.Traceback = Traceback(L)
	}
}

// Where is "file:line" of the nearest Lua function on the stack, "" when there is none.
func Where(L *lua.LState) string {
	for i := 0; ; i++ {
		dbg, ok := L.GetStack(i)
		if !ok || i > maxFrames {
			return ""
		}
		if where := frameWhere(L, dbg); where != "" {
			return where
		}
	}
}

// frameWhere is "file:line" of a Lua frame, "" of a Go one.
func frameWhere(L *lua.LState, dbg *lua.Debug) string {
	if _, err := L.GetInfo("Sl", dbg, lua.LNil); err != nil || dbg.Source == "" || dbg.CurrentLine <= 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", dbg.Source, dbg.CurrentLine)
}

// Traceback lists the Lua functions on the stack, innermost first, one a line; Go functions are left out.
func Traceback(L *lua.LState) string {
	var lines []string
	for i := 0; i < 4*maxFrames; i++ {
		dbg, ok := L.GetStack(i)
		if !ok {
			break
		}
		where := frameWhere(L, dbg)
		if where == "" {
			continue
		}
		if len(lines) == maxFrames {
			lines = append(lines, "…")
			break
		}
		lines = append(lines, where+FrameName(L, dbg))
	}
	return strings.Join(lines, "\n")
}

// FrameName is how a traceback names the function of a frame, behind its line; "" for one without a name.
func FrameName(L *lua.LState, dbg *lua.Debug) string {
	if _, err := L.GetInfo("n", dbg, lua.LNil); err != nil {
		return ""
	}
	switch name := dbg.Name; {
	case name == "" || name == "?" || name == "corountine" || strings.HasPrefix(name, "("):
		return ""
	case name == "main chunk": // what the machine calls the first function of every thread
		return ""
	case strings.HasPrefix(name, "<"):
		return " in the function at " + strings.Trim(name, "<>")
	default:
		return " in function " + name
	}
}
