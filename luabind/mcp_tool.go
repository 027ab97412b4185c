package luabind

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// luaTools are functions of the script as a tool server. Call runs on goroutines of the client, everything in Lua on
// the scheduler's.
type luaTools struct {
	rt    *Runtime
	tools map[string]*luaTool // not changed any more
	list  json.RawMessage
	offer *mcpOffer
	use   *client // of a client:use around mcp.serve
}

// Call answers one request of a program.
func (s *luaTools) Call(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
	switch method {
	case "tools/list":
		return s.list, nil
	case "tools/call":
		return s.call(ctx, params)
	}
	return nil, &pie.MCPError{Code: pie.MCPNoSuchMethod, Message: "Method not found: " + method}
}

func (s *luaTools) call(ctx context.Context, params json.RawMessage) (json.RawMessage, error) {
	var call struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	}
	if err := json.Unmarshal(params, &call); err != nil {
		return nil, &pie.MCPError{Code: pie.MCPInvalidParams, Message: "Invalid params: " + err.Error()}
	}
	tool := s.tools[call.Name]
	if tool == nil {
		return nil, &pie.MCPError{Code: pie.MCPInvalidParams, Message: "Unknown tool: " + call.Name}
	}
	if len(call.Arguments) == 0 || string(call.Arguments) == "null" {
		call.Arguments = json.RawMessage("{}")
	}
	if err := tool.input.check(call.Arguments); err != nil {
		return toolError(err.Error()), nil
	}
	return s.perform(ctx, tool, call.Arguments)
}

// perform runs the tool as a task and waits for its end. When ctx ends first the task is cancelled.
func (s *luaTools) perform(ctx context.Context, tool *luaTool, arguments json.RawMessage) (json.RawMessage, error) {
	done := make(chan toolOutcome, 1)
	s.rt.sched.Post(func() { s.begin(ctx, tool, arguments, done) })
	select {
	case out := <-done:
		return out.result, out.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

type toolOutcome struct {
	result json.RawMessage
	err    error
}

// begin starts the task, in the scope that owns the offer. Its failure is told to the program and to nobody else.
func (s *luaTools) begin(ctx context.Context, tool *luaTool, arguments json.RawMessage, done chan<- toolOutcome) {
	if ctx.Err() != nil {
		return
	}
	args, err := luavalue.Decode(s.rt.L, arguments, luavalue.DecodeOptions{})
	if err != nil {
		done <- toolOutcome{result: toolError(err.Error())}
		return
	}
	var forget func() bool
	options := sched.SpawnOptions{Name: "tool " + tool.name, Expected: true, OnEnd: func(t *sched.Task) {
		forget()
		done <- outcomeOf(t, tool.name)
	}}
	t := s.rt.sched.SpawnWith(s.offer.scope, options, tool.run, args)
	if s.use != nil {
		t.SetLocal(useKey, s.use)
	}
	forget = context.AfterFunc(ctx, func() {
		s.rt.sched.Post(func() { t.Cancel("nobody waits for the tool any more") })
	})
}

// outcomeOf is what a task has made of a call.
func outcomeOf(t *sched.Task, tool string) toolOutcome {
	switch t.Status() {
	case sched.Cancelled:
		return toolOutcome{err: &pie.MCPError{Code: pie.MCPFailed, Message: fmt.Sprintf("the tool %q was cancelled", tool)}}
	case sched.Failed:
		return toolOutcome{result: toolError(failureWords(t.Err()))}
	}
	var value lua.LValue = lua.LNil
	if results := t.Results(); len(results) > 0 {
		value = results[0]
	}
	result, err := toolResult(value)
	if err != nil {
		return toolOutcome{result: toolError(fmt.Sprintf("the tool %q gave what JSON cannot say: %s", tool, err))}
	}
	return toolOutcome{result: result}
}

// failureWords are an error for the program; a mistake in the script has its place with it.
func failureWords(e *luavalue.Error) string {
	if luavalue.IsMistake(e) && e.Where != "" {
		return e.Where + ": " + e.Message
	}
	return e.Message
}

// toolContent is a piece of text in a result.
type toolContent struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// toolAnswer is a result of tools/call.
type toolAnswer struct {
	Content    []toolContent   `json:"content"`
	Structured json.RawMessage `json:"structuredContent,omitempty"`
	IsError    bool            `json:"isError,omitempty"`
}

func toolError(words string) json.RawMessage {
	text, _ := json.Marshal(toolAnswer{Content: []toolContent{{"text", words}}, IsError: true}) // texts: it cannot fail
	return text
}

// toolResult is what a function has returned: nothing, text, a result with its content, or any other value as JSON.
func toolResult(v lua.LValue) (json.RawMessage, error) {
	if v == lua.LNil {
		return json.RawMessage(`{"content":[]}`), nil
	}
	text, err := luavalue.Encode(v, luavalue.EncodeOptions{})
	if err != nil {
		return nil, err
	}
	answer := toolAnswer{Content: []toolContent{{"text", string(text)}}}
	switch v := v.(type) {
	case lua.LString:
		answer.Content[0].Text = string(v)
	case *lua.LTable:
		if content, ok := v.RawGetString("content").(*lua.LTable); ok && content.Len() > 0 {
			return text, nil
		}
		if text[0] == '{' {
			answer.Structured = text
		}
	}
	return json.Marshal(answer)
}
