package toolserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/pierun/pierun/pie"
)

// mostListed bounds a list that comes in pages.
const mostListed = 10_000

// Call asks the server, as pie.ToolServer has it. Lists come whole, since programs cannot ask for a second page. Errors
// are *pie.MCPError, or that of ctx.
func (s *Server) Call(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
	if s.gone() {
		return nil, s.goneError()
	}
	ctx, cancel := s.within(ctx)
	defer cancel()
	result, err := s.ask(ctx, method, params)
	if err != nil {
		return nil, s.callError(ctx, err)
	}
	text, err := json.Marshal(result)
	if err != nil {
		return nil, &pie.MCPError{Code: pie.MCPInternalFailed, Message: "Result serialize: " + err.Error()}
	}
	return text, nil
}

func (s *Server) ask(ctx context.Context, method string, params json.RawMessage) (any, error) {
	switch method {
	case "tools/list":
		list, err := all(s.session.Tools(ctx, nil))
		return &mcp.ListToolsResult{Tools: list}, err
	case "resources/list":
		list, err := all(s.session.Resources(ctx, nil))
		return &mcp.ListResourcesResult{Resources: list}, err
	case "prompts/list":
		list, err := all(s.session.Prompts(ctx, nil))
		return &mcp.ListPromptsResult{Prompts: list}, err
	case "tools/call":
		return s.callTool(ctx, params)
	case "resources/read":
		return passed(ctx, params, s.session.ReadResource)
	case "prompts/get":
		return passed(ctx, params, s.session.GetPrompt)
	}
	return nil, &pie.MCPError{Code: pie.MCPNoSuchMethod, Message: "Method not found: " + method}
}

// callTool hands the arguments on as they came.
func (s *Server) callTool(ctx context.Context, params json.RawMessage) (any, error) {
	var call struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	}
	if err := json.Unmarshal(params, &call); err != nil {
		return nil, badParams(err)
	}
	p := &mcp.CallToolParams{Name: call.Name}
	if len(call.Arguments) > 0 && string(call.Arguments) != "null" {
		p.Arguments = call.Arguments
	}
	return s.session.CallTool(ctx, p)
}

// passed decodes params for one method of the session.
func passed[P, R any](ctx context.Context, params json.RawMessage, ask func(context.Context, *P) (R, error)) (any, error) {
	p := new(P)
	if err := json.Unmarshal(params, p); err != nil {
		return nil, badParams(err)
	}
	return ask(ctx, p)
}

func badParams(err error) error {
	return &pie.MCPError{Code: pie.MCPInvalidParams, Message: "Invalid params: " + err.Error()}
}

// all collects what comes in pages; never nil, so that an empty list is one in JSON.
func all[T any](pages iter.Seq2[T, error]) ([]T, error) {
	list := []T{}
	for item, err := range pages {
		if err != nil {
			return list, err
		}
		if list = append(list, item); len(list) > mostListed {
			return list, fmt.Errorf("the list has more than %d entries", mostListed)
		}
	}
	return list, nil
}

// callError is what a program is told: the server's own error, else that it has gone or failed.
func (s *Server) callError(ctx context.Context, err error) error {
	var said *jsonrpc.Error
	var own *pie.MCPError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &said) && !errors.Is(err, mcp.ErrConnectionClosed):
		return &pie.MCPError{Code: int(said.Code), Message: said.Message, Data: said.Data}
	case s.gone(), errors.Is(err, mcp.ErrConnectionClosed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return s.goneError()
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return &pie.MCPError{Code: pie.MCPFailed, Message: fmt.Sprintf("MCP server '%s': %v", s.name, err)}
}

func (s *Server) goneError() error {
	e := &pie.MCPError{Code: pie.MCPFailed, Message: fmt.Sprintf("MCP server '%s' is no longer running", s.name)}
	if said := s.lastWords(); said != "" && s.life.Err() == nil {
		e.Message += ": " + said
	}
	return e
}
