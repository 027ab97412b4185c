package engine

import (
	"context"
	"encoding/json"

	"github.com/pierun/pierun/pie/program"
)

// mcpExample lists the tools of a server that its client has announced and calls one: process generations alone.
type mcpExample struct{}

type mcpExampleInput struct {
	Server string `json:"server"`
	Tool   string `json:"tool"`
	Text   string `json:"text"`
}

func (mcpExample) Manifest() program.Manifest {
	return program.Manifest{Name: "mcp-example", Version: "0.1.0", Description: "calls a tool of its client",
		Parameters: map[string]program.Parameter{
			"server": {Type: "string", Optional: true}, "tool": {Type: "string", Optional: true},
			"text": {Type: "string", Optional: true},
		}}
}

func (mcpExample) Run(ctx context.Context, g *Guest) (string, error) {
	in := mcpExampleInput{Server: "demo", Tool: "echo", Text: "hello"}
	if err := g.decode(inputForm{texts: []string{"server", "tool", "text"}}, &in); err != nil {
		return "", err
	}
	tools, err := g.MCP(ctx, in.Server, "tools/list", "{}")
	if err != nil {
		return "", err
	}
	call, err := json.Marshal(map[string]any{"name": in.Tool, "arguments": map[string]string{"text": in.Text}})
	if err != nil {
		return "", err
	}
	result, err := g.MCP(ctx, in.Server, "tools/call", string(call))
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(struct {
		Servers []string `json:"servers"`
		Tools   string   `json:"tools_json"`
		Result  string   `json:"result"`
	}{g.MCPServers(), tools, result})
	return string(text), err
}
