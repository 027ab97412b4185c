package sched

import (
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// maxString is how long a string one call may make.
const maxString = 512 << 20

// openString replaces what gopher-lua's string library does wrong.
func (s *Scheduler) openString() {
	s.l.SetFuncs(s.lib("string"), map[string]lua.LGFunction{
		"find": s.strFind, "match": s.strMatch, "gmatch": s.strGmatch, "gfind": s.strGmatch, "gsub": s.strGsub,
		"format": strFormat, "rep": strRep, "upper": strUpper, "lower": strLower,
	})
}

// tooLong raises usage when a call would make a string that is too long.
func tooLong(L *lua.LState, call string, length float64) {
	if length > maxString {
		luavalue.Raise(L, luavalue.Errorf(luavalue.KindUsage, "%s: a string of %s bytes is more than the limit of %d MiB", call, numberText(length), maxString>>20).WithOp(call))
	}
}

// string.rep(s, n)
func strRep(L *lua.LState) int {
	text, n := argString(L, 1), float64(L.CheckNumber(2))
	if !(n >= 1) || text == "" {
		L.Push(lua.LString(""))
		return 1
	}
	tooLong(L, "string.rep", float64(len(text))*n)
	L.Push(lua.LString(strings.Repeat(text, int(n))))
	return 1
}

// string.upper(s) and string.lower(s) change ASCII letters and leave all other bytes alone.
func strUpper(L *lua.LState) int { return mapBytes(L, 'a', 'z') }
func strLower(L *lua.LState) int { return mapBytes(L, 'A', 'Z') }

func mapBytes(L *lua.LState, from, to byte) int {
	text := []byte(argString(L, 1))
	for i, c := range text {
		if from <= c && c <= to {
			text[i] = c ^ 0x20
		}
	}
	L.Push(lua.LString(text))
	return 1
}
