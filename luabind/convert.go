package luabind

import (
	"context"
	"errors"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// luaError makes the script's error of an error of the client; op is the call as the script writes it.
func luaError(op string, err error) *luavalue.Error {
	var already *luavalue.Error
	if errors.As(err, &already) {
		return already
	}
	var e *pie.Error
	if !errors.As(err, &e) {
		return foreignError(op, err)
	}
	out := luavalue.Errorf(string(e.Kind), "%s", sentence(e))
	out.Op, out.InstanceID, out.Server, out.Hint, out.Cause = op, e.InstanceID, e.Server, e.Hint, err
	out.Retryable = e.Retryable()
	switch e.Running {
	case pie.True:
		out.Set("running", lua.LTrue)
	case pie.False:
		out.Set("running", lua.LFalse)
	case pie.Unknown:
		out.Set("running", lua.LString("unknown"))
	}
	if e.Kind == pie.KindLost {
		out.Set("attachable", lua.LBool(e.Attachable))
	}
	return out
}

// foreignError is an error from below the client.
func foreignError(op string, err error) *luavalue.Error {
	kind := luavalue.KindIO
	if errors.Is(err, context.DeadlineExceeded) {
		kind = luavalue.KindTimeout
	}
	out := luavalue.Errorf(kind, "%s", err)
	out.Op, out.Cause = op, err
	return out
}

// sentence is the error's message with its cause, where that says more.
func sentence(e *pie.Error) string {
	bare := *e
	bare.Op, bare.Server, bare.Hint = "", "", ""
	return bare.Error()
}

// fail raises an error of the client.
func fail(L *lua.LState, op string, err error) {
	luavalue.Raise(L, luaError(op, err))
}

// raise raises an error of this package about the call op.
func raise(L *lua.LState, op, kind, hint, format string, a ...any) {
	e := luavalue.Errorf(kind, format, a...)
	e.Op, e.Hint = op, hint
	luavalue.Raise(L, e)
}

// closestHint is the hint for a wrong word: the nearest right one, else all of them.
func closestHint(word string, among []string) string {
	if near := luavalue.Closest(word, among); near != "" {
		return "did you mean \"" + near + "\"?"
	}
	return "one of: " + strings.Join(among, ", ")
}
