package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pierun/pierun/pie/wire"
)

// MCPError is what a tool request of a program comes to when it fails. Code -1: no such server here; -32000: the
// client's failure had no code of its own. Data is JSON text, "" for none.
type MCPError struct {
	Code    int
	Message string
	Data    string
}

func (e *MCPError) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Code) }

// mcpCall is a request that the client has not answered.
type mcpCall struct {
	p      *process
	corr   uint32
	done   bool
	ok     bool
	result string
}

// registerMCP announces a tool server of the client to the programs that are attached to this connection. Names may
// come twice.
func (s *session) registerMCP(c *wire.Command) {
	s.mu.Lock()
	s.tools = append(s.tools, c.Name)
	s.mu.Unlock()
	s.answer(c, true, "MCP server registered")
}

// answerMCP hands the client's answer to the program that waits for it. Unknown numbers are ignored.
func (s *session) answerMCP(c *wire.Command) {
	s.mu.Lock()
	call := s.calls[c.Corr]
	delete(s.calls, c.Corr)
	s.mu.Unlock()
	if call == nil {
		return
	}
	call.p.mu.Lock()
	call.done, call.ok, call.result = true, c.OK, c.Text
	call.p.wakeLocked()
	call.p.mu.Unlock()
}

// MCPServers lists the tool servers of the attached client, as they were announced. Only process generations have
// any; without a client there are none.
func (g *Guest) MCPServers() []string {
	s := g.p.client()
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.tools...)
}

// MCP asks the attached client's tool server for method with params, JSON text, and waits for the JSON text of the
// result. A failure is an *MCPError. The wait ends with ctx, with the process, or with the connection.
func (g *Guest) MCP(ctx context.Context, server, method, params string) (string, error) {
	s := g.p.client()
	if s == nil {
		return "", &MCPError{Code: -32000, Message: "No client session for process " + g.p.id}
	}
	call, err := s.callMCP(g.p, server, method, params)
	if err != nil {
		return "", err
	}
	defer s.forgetCall(call)
	gone := false
	err = g.p.await(ctx, func() bool {
		gone = g.p.owner != s
		return call.done || gone
	})
	switch {
	case err != nil:
		return "", err
	case !call.done:
		return "", &MCPError{Code: -32000, Message: "No client session for process " + g.p.id}
	case call.ok:
		return call.result, nil
	}
	return "", mcpFailure(call.result)
}

// client is the connection that p is attached to.
func (p *process) client() *session {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.owner
}

// callMCP sends a request. Any goroutine.
func (s *session) callMCP(p *process, server, method, params string) (*mcpCall, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.tools, server) {
		return nil, &MCPError{Code: -1, Message: "MCP server '" + server + "' not registered"}
	}
	s.lastCall++
	call := &mcpCall{p: p, corr: s.lastCall}
	s.calls[s.lastCall] = call
	s.out.tell(&wire.Event{Kind: wire.MCPRequest, Corr: s.lastCall, ID: []byte(p.id), Name: []byte(server),
		Method: []byte(method), Text: []byte(params)})
	return call, nil
}

// forgetCall drops a request whose asker has gone. Any goroutine.
func (s *session) forgetCall(call *mcpCall) {
	s.mu.Lock()
	delete(s.calls, call.corr)
	s.mu.Unlock()
}

// mcpFailure reads a failure, which is JSON or plain words.
func mcpFailure(text string) error {
	var said struct {
		Code    *int            `json:"code"`
		Message *string         `json:"message"`
		Data    json.RawMessage `json:"data"`
	}
	if json.Unmarshal([]byte(text), &said) != nil || said.Code == nil || said.Message == nil {
		return &MCPError{Code: -32000, Message: text}
	}
	return &MCPError{Code: *said.Code, Message: *said.Message, Data: string(said.Data)}
}
