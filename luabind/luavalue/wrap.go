package luavalue

import (
	"errors"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Wrap makes an Error of whatever a script raised. An Error stays the same one; text becomes kind script with
// its position split off; any other value is kept as the field "value".
func Wrap(L *lua.LState, v lua.LValue) *Error {
	if e, ok := AsError(v); ok {
		return e
	}
	if s, ok := v.(lua.LString); ok {
		where, message := SplitPosition(string(s))
		return &Error{Kind: KindScript, Message: message, Where: where}
	}
	return wrapOther(L, v)
}

// wrapOther finds words for a raised table, number or nil.
func wrapOther(L *lua.LState, v lua.LValue) *Error {
	e := &Error{Kind: KindScript, Message: "an error value of type " + v.Type().String()}
	switch t := v.(type) {
	case lua.LNumber, lua.LBool:
		e.Message = t.String()
	case *lua.LNilType:
		e.Message = "error was called without a message"
	case *lua.LTable:
		e.Message = tableText(t)
		if m, ok := t.RawGetString("message").(lua.LString); ok {
			e.Message = string(m)
		}
	}
	if m, ok := L.GetMetaField(v, "__tostring").(*lua.LFunction); ok {
		e.Message = callToString(L, m, v, e.Message)
	}
	return e.Set("value", v)
}

// tableText is a table that was raised as JSON, if it can be that and is short.
func tableText(t *lua.LTable) string {
	text, err := Encode(t, EncodeOptions{Sort: true})
	if err != nil || len(text) > 200 || string(text) == "{}" {
		return "an error value of type table"
	}
	return "an error value: " + string(text)
}

// callToString asks a value for its own words and keeps the other ones if that fails.
func callToString(L *lua.LState, fn *lua.LFunction, v lua.LValue, other string) string {
	if err := L.CallByParam(lua.P{Fn: fn, NRet: 1, Protect: true}, v); err != nil {
		return other
	}
	defer L.Pop(1)
	if s, ok := L.Get(-1).(lua.LString); ok {
		return string(s)
	}
	return other
}

// FromGo makes an Error of a Go error: an Error anywhere in its chain, what a Lua function raised, or kind
// script with the error's text. nil stays nil.
func FromGo(L *lua.LState, err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	api, ok := errors.AsType[*lua.ApiError](err)
	if !ok {
		return &Error{Kind: KindScript, Message: err.Error(), Cause: err}
	}
	e := Wrap(L, api.Object)
	if e.Traceback == "" {
		e.Traceback = api.StackTrace
	}
	return e
}

// SplitPosition takes the "file:line: " off the front of a Lua error message; where is "" if there is none.
func SplitPosition(s string) (where, message string) {
	for from := 0; ; {
		i := strings.Index(s[from:], ": ")
		if i < 0 {
			return "", s
		}
		i += from
		colon := strings.LastIndexByte(s[:i], ':')
		if colon > 0 && isLine(s[colon+1:i]) && !strings.ContainsRune(s[:i], '\n') {
			return s[:i], s[i+2:]
		}
		from = i + 1
	}
}

func isLine(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0
}

// mistakes are the beginnings of what the Lua machine and its library say about a wrong program.
var mistakes = [...]string{
	"attempt to ", "cannot perform ", "bad argument #", "for statement ", "table index is N", "table index is n", "stack overflow",
	"registry overflow", "lua callstack overflow", "too many re", "__unm undefined", "__len undefined", "invalid ", "malformed pattern",
	"wrong number of arguments", "the host failed: ", "module ",
}

// IsMistake tells a wrong program from an expected failure: the machine's own errors (an index of nil, a bad
// argument) and kind usage, as against error(...) and everything that happens outside.
func IsMistake(e *Error) bool {
	if e.Kind != KindScript {
		return e.Kind == KindUsage
	}
	if e.Raised {
		return false
	}
	for _, m := range mistakes {
		if strings.HasPrefix(e.Message, m) {
			return m != "module " || strings.Contains(e.Message, " not found:")
		}
	}
	return false
}
