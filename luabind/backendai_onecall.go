package luabind

import (
	"context"
	"encoding/json"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// client:execute(id, run_id, mode, code[, opts]) makes one call of a run.
func baiExecute(L *lua.LState) int {
	const op = "client:execute"
	c, id := self[*baiClient](L, op), luavalue.ArgString(L, 2, op)
	return c.executeOnce(L, op, id, runID(L, 3, op), luavalue.ArgText(L, 4, op, "query"), luavalue.ArgText(L, 5, op, ""), runOptions(L, 6, op))
}

// client:run_code(code, id, run_id, mode): the same in another order.
func baiRunCode(L *lua.LState) int {
	const op = "client:run_code"
	c, code, id := self[*baiClient](L, op), luavalue.ArgString(L, 2, op), luavalue.ArgString(L, 3, op)
	return c.executeOnce(L, op, id, runID(L, 4, op), luavalue.ArgText(L, 5, op, "query"), code, json.RawMessage("{}"))
}

func (c *baiClient) executeOnce(L *lua.LState, op, id string, run *string, mode, code string, options json.RawMessage) int {
	e := backendai.ExecuteCall{Mode: backendai.ExecMode(mode), Code: code, Options: options, RunID: run}
	got := baiAsk(L, op, func(ctx context.Context) (*backendai.RunResult, error) { return c.inner.Execute(ctx, id, e) })
	return pushJSON(L, got.Raw)
}

// runID is the id of a run; nil and json.null are a new one's.
func runID(L *lua.LState, n int, op string) *string {
	if v := L.Get(n); v == lua.LNil || luavalue.IsNull(v) {
		return nil
	}
	text := luavalue.ArgString(L, n, op)
	return &text
}

// runOptions are those of one call of a run; json.null is sent as null.
func runOptions(L *lua.LState, n int, op string) json.RawMessage {
	if luavalue.IsNull(L.Get(n)) {
		return json.RawMessage("null")
	}
	return baiBody(L, n, op)
}
