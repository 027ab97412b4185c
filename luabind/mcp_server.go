package luabind

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/pierun/pierun/internal/toolserver"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// mcpServer is a connection to an MCP server. Scheduler's goroutine.
type mcpServer struct {
	sched.Ownership
	rt      *Runtime
	name    string
	inner   *toolserver.Server
	offer   *mcpOffer // nil: for the script alone
	timeout time.Duration
	scope   *sched.Scope
	closed  bool
}

// openMCPServer makes the metatable of connections.
func (rt *Runtime) openMCPServer() {
	methods := map[string]lua.LGFunction{"tools": mcpServerTools, "call": mcpServerCall, "request": mcpServerRequest, "close": mcpServerClose}
	mt := rt.openType(mcpServerMeta, methods, func(L *lua.LState) int {
		L.Push(lua.LString("MCP server " + self[*mcpServer](L, "server:tostring").name))
		return 1
	})
	rt.addFields(mt, func(L *lua.LState, name string) lua.LValue {
		return mcpName(name, self[*mcpServer](L, "server").name)
	})
}

// Moved tells that the server belongs to another scope now.
func (s *mcpServer) Moved(to *sched.Scope) { s.scope = to }

// Ended tells that there is nothing to release.
func (s *mcpServer) Ended() bool { return s.closed }

// Release ends the connection, and the process, because its scope has ended.
func (s *mcpServer) Release(done func()) {
	s.withdraw()
	s.rt.work.Go(func() {
		s.inner.Close()
		done()
	})
}

func (s *mcpServer) withdraw() {
	s.closed = true
	if s.offer != nil {
		s.offer.end()
	}
}

// server:close() withdraws the tools and ends the server. Twice is harmless.
func mcpServerClose(L *lua.LState) int {
	s := self[*mcpServer](L, "server:close")
	s.scope.Disown(s)
	s.withdraw()
	done := make(chan struct{})
	s.rt.work.Go(func() { defer close(done); s.inner.Close() })
	ask(L, "server:close", func(ctx context.Context) (struct{}, error) {
		select {
		case <-done:
		case <-ctx.Done():
		}
		return struct{}{}, nil
	})
	return 0
}

// server:tools() lists its tools, allowed or not: { name, description, input, … }.
func mcpServerTools(L *lua.LState) int {
	const op = "server:tools"
	s := self[*mcpServer](L, op)
	answer, _ := s.ask(L, op, "tools/list", json.RawMessage("{}"), s.timeout).(*lua.LTable)
	list, ok := answer.RawGetString("tools").(*lua.LTable)
	if !ok {
		raise(L, op, luavalue.KindProtocol, "", "%s: the MCP server %q gave no list", op, s.name)
	}
	list.ForEach(func(_, v lua.LValue) {
		if tool, ok := v.(*lua.LTable); ok {
			tool.RawSetString("input", tool.RawGetString("inputSchema"))
			tool.RawSetString("inputSchema", lua.LNil)
		}
	})
	L.Push(list)
	return 1
}

// server:call(tool[, args[, opts]]) gives the text of the result, and the result. A tool that fails raises exception.
func mcpServerCall(L *lua.LState) int {
	const op = "server:call"
	s, tool, arguments, limit := mcpServerArguments(L, op)
	params, err := json.Marshal(map[string]any{"name": tool, "arguments": arguments})
	if err != nil {
		luavalue.WrongArg(L, 3, op, "cannot be JSON: %s", err)
	}
	result, _ := s.ask(L, op, "tools/call", params, limit).(*lua.LTable)
	text := contentText(result)
	if lua.LVAsBool(result.RawGetString("isError")) {
		e := luavalue.Errorf(luavalue.KindException, "the tool %q of the MCP server %q failed", tool, s.name)
		e.Op, e.Server = op, text
		luavalue.Raise(L, e.Set("result", result))
	}
	L.Push(lua.LString(text))
	L.Push(result)
	return 2
}

// server:request(method[, params[, opts]]) asks for anything that programs may ask for, and gives the result.
func mcpServerRequest(L *lua.LState) int {
	const op = "server:request"
	s, method, params, limit := mcpServerArguments(L, op)
	L.Push(s.ask(L, op, method, params, limit))
	return 1
}

// mcpServerArguments reads (name[, args[, opts]]) of a method that asks the server.
func mcpServerArguments(L *lua.LState, op string) (s *mcpServer, name string, args json.RawMessage, limit time.Duration) {
	s = self[*mcpServer](L, op)
	name, args = luavalue.ArgString(L, 2, op), jsonArgument(L, 3, op)
	return s, name, args, positive(luavalue.Opts(L, 4, op, mcpCallNames[:]...), "timeout", s.timeout)
}

// jsonArgument is a table as a JSON object; nil is an empty one.
func jsonArgument(L *lua.LState, n int, op string) json.RawMessage {
	if L.Get(n) == lua.LNil {
		return json.RawMessage("{}")
	}
	text, err := luavalue.Encode(luavalue.ArgTable(L, n, op), luavalue.EncodeOptions{})
	if err != nil {
		fail(L, op, err)
	}
	return text
}

// contentText joins the texts of a result.
func contentText(result *lua.LTable) string {
	var texts []string
	if content, ok := result.RawGetString("content").(*lua.LTable); ok {
		content.ForEach(func(_, v lua.LValue) {
			if piece, ok := v.(*lua.LTable); ok && piece.RawGetString("type") == lua.LString("text") {
				texts = append(texts, piece.RawGetString("text").String())
			}
		})
	}
	return strings.Join(texts, "\n")
}

// ask makes one request; only this task waits.
func (s *mcpServer) ask(L *lua.LState, op, method string, params json.RawMessage, limit time.Duration) lua.LValue {
	text, err := sched.Await(L, limit, func(ctx context.Context) (json.RawMessage, error) { return s.inner.Call(ctx, method, params) }, nil)
	if err != nil {
		s.fail(L, op, err)
	}
	v, err := luavalue.Decode(L, text, luavalue.DecodeOptions{DropNull: true})
	if err != nil {
		fail(L, op, err)
	}
	return v
}

// fail raises an error of the server: lost when it has gone, refused for what it does not know.
func (s *mcpServer) fail(L *lua.LState, op string, err error) {
	var e *pie.MCPError
	if !errors.As(err, &e) {
		fail(L, op, err)
	}
	out := luavalue.Errorf(luavalue.KindRefused, "the MCP server %q did not do it", s.name)
	out.Op, out.Server, out.Cause = op, e.Message, err
	if e.Code == pie.MCPFailed {
		out = luavalue.Errorf(luavalue.KindLost, "%s", e.Message)
		out.Op, out.Cause = op, err
	}
	luavalue.Raise(L, out.Set("code", lua.LNumber(e.Code)))
}
