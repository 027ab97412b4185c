// Package luavalue moves values between Go and Lua: structured errors, options, durations, sizes and JSON.
//
// It knows gopher-lua and nothing of tasks or Pie. Values that have to be the same everywhere in one script
// (json.null, metatables) are kept in the registry of the Lua state, never in package variables. Whatever
// takes a *lua.LState belongs to the goroutine that runs that state; the rest may be called from anywhere.
package luavalue

import (
	"errors"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Error is the one error value of a script. The zero value is an error without words; use Errorf.
//
// An Error is written by the goroutine that makes it and belongs to the Lua state afterwards.
type Error struct {
	Kind       string // one of the Kind constants
	Message    string // what failed, for a person
	Op         string // the call that failed, as a script writes it ("pie.launch")
	InstanceID string // the instance it is about, "" for none
	Server     string // what the server said, word for word
	Hint       string // what to do next
	Traceback  string // Lua functions, innermost first, one a line
	Where      string // "file:line" of the script
	Retryable  bool   // a second attempt may succeed
	Raised     bool   // of kind script: by error or assert of the script, in words of its own

	Fields map[string]lua.LValue // further fields that Lua sees (result, running, attempts, …)
	Cause  error                 // the Go error below, for errors.Is and errors.As

	value *lua.LUserData // the Lua value of this error, made once so that it stays the same one
}

// Errorf makes an Error of a kind; Retryable follows from the kind. A %w in the format becomes its Cause.
func Errorf(kind, format string, a ...any) *Error {
	err := fmt.Errorf(format, a...)
	return &Error{Kind: kind, Message: err.Error(), Retryable: RetryableKind(kind), Cause: errors.Unwrap(err)}
}

// Error is one line: where, kind, message, what the server said and the hint.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Where != "" {
		b.WriteString(e.Where + ": ")
	}
	b.WriteString(e.Said())
	if e.Server != "" && !strings.Contains(e.Message, e.Server) {
		fmt.Fprintf(&b, "; the server said: %s", e.Server)
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, " (%s)", e.Hint)
	}
	return b.String()
}

// Said is kind and message: without the kind where it is plain script, or where the message begins with a call of that
// name, as in "task.timeout: 5s passed".
func (e *Error) Said() string {
	if first, _, _ := strings.Cut(e.Message, " "); e.Kind == KindScript || strings.HasSuffix(first, "."+e.Kind+":") {
		return e.Message
	}
	return e.Kind + ": " + e.Message
}

// Unwrap gives the Go error below.
func (e *Error) Unwrap() error { return e.Cause }

// Set puts a further field that Lua sees under err.<name>; nil takes it away. It returns e.
func (e *Error) Set(name string, v lua.LValue) *Error {
	if v == nil || v == lua.LNil {
		delete(e.Fields, name)
		return e
	}
	if e.Fields == nil {
		e.Fields = make(map[string]lua.LValue, 2)
	}
	e.Fields[name] = v
	return e
}

// WithHint sets the hint and returns e.
func (e *Error) WithHint(format string, a ...any) *Error {
	e.Hint = fmt.Sprintf(format, a...)
	return e
}

// WithOp sets the name of the call that failed and returns e.
func (e *Error) WithOp(op string) *Error {
	e.Op = op
	return e
}

// AsError gives the Error that a Lua value stands for; false for any other value.
func AsError(v lua.LValue) (*Error, bool) {
	if u, ok := v.(*lua.LUserData); ok {
		e, ok := u.Value.(*Error)
		return e, ok
	}
	return nil, false
}
