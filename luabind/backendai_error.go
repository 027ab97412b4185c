package luabind

import (
	"context"
	"errors"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// baiFail raises an error of the Backend.AI client.
func baiFail(L *lua.LState, op string, err error) {
	luavalue.Raise(L, baiError(L, op, err))
}

// baiError keeps the client's three types: err.type is backendai.ERR_SERVER (kind server), ERR_RESPONSE (kind protocol)
// or ERR_REQUEST (kind connect; timeout when a limit has passed).
func baiError(L *lua.LState, op string, err error) *luavalue.Error {
	if already := (*luavalue.Error)(nil); errors.As(err, &already) {
		return already
	}
	if e := (*backendai.Error)(nil); errors.As(err, &e) {
		return answerError(L, op, e)
	}
	out := luavalue.Errorf(localKind(err), "%w", err)
	if gone := (*backendai.EndedError)(nil); errors.As(err, &gone) {
		out.Set("session_id", lua.LString(gone.ID))
		out.Set("status", knownText(string(gone.Status)))
	}
	return out.WithOp(op)
}

// localKind is the kind of an error that no request has made.
func localKind(err error) string {
	switch {
	case errors.As(err, new(*backendai.UsageError)), errors.As(err, new(*backendai.ConfigError)):
		return luavalue.KindUsage
	case errors.As(err, new(*backendai.UnsupportedError)):
		return luavalue.KindUnsupported
	case errors.As(err, new(*backendai.EndedError)):
		return luavalue.KindLost
	case errors.As(err, new(*backendai.DiedError)):
		return luavalue.KindConnect
	case errors.Is(err, context.DeadlineExceeded):
		return luavalue.KindTimeout
	case errors.Is(err, errTooLong):
		return luavalue.KindOverflow
	}
	return luavalue.KindIO
}

func answerError(L *lua.LState, op string, e *backendai.Error) *luavalue.Error {
	kind := [...]string{luavalue.KindServer, luavalue.KindProtocol, luavalue.KindConnect}[e.Type]
	if errors.Is(e.Err, context.DeadlineExceeded) {
		kind = luavalue.KindTimeout
	}
	out := luavalue.Errorf(kind, "%s: %s", e.Op, e.Message())
	out.Op, out.Server, out.Hint, out.Cause = op, e.Said(), e.Hint, e
	out.Retryable = e.Retryable()
	out.Set("type", lua.LNumber(e.Type)).Set("title", knownText(e.Title)).Set("problem", knownText(e.Problem))
	out.Set("msg", knownText(e.Msg)).Set("code", knownText(e.Code))
	if e.Status != 0 {
		out.Set("status", lua.LNumber(e.Status))
	}
	if v, err := luavalue.Decode(L, e.Data, luavalue.DecodeOptions{}); err == nil && len(e.Data) > 0 {
		out.Set("data", v)
	}
	if e.Agent != nil {
		out.Set("agent", fromGo(L, e.Agent))
	}
	return out
}
