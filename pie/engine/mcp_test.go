package engine_test

import (
	"testing"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

func TestAProgramCallsAToolOfItsClient(t *testing.T) {
	c := connect(t, start(t, engine.Config{Dialect: dialect(t, "process-0.4")})).login("a")
	c.ask(&wire.Command{Kind: wire.RegisterMCP, Name: "demo", Transport: "stdio"})
	id := c.launch("mcp-example", `{"text":"hi"}`)
	for _, want := range []struct{ method, params, result string }{
		{"tools/list", "{}", `{"tools":[]}`},
		{"tools/call", `{"arguments":{"text":"hi"},"name":"echo"}`, `{"said":"hi"}`},
	} {
		ev := c.until("a request", func(ev *event) bool { return ev.Kind == wire.MCPRequest })
		if string(ev.Method) != want.method || ev.text != want.params || ev.id != id {
			t.Errorf("got %s %s", ev.Method, ev.text)
		}
		c.send(&wire.Command{Kind: wire.MCPAnswer, Corr: ev.Corr, OK: true, Text: want.result})
	}
	const want = `{"servers":["demo"],"tools_json":"{\"tools\":[]}","result":"{\"said\":\"hi\"}"}`
	if end := c.next(id); end.Kind != wire.Completed || end.text != want {
		t.Errorf("got %v %s", end.Kind, end.text)
	}
	if end := c.rest(c.launch("mcp-example", `{"server":"other"}`))[0]; end.Kind != wire.Exception ||
		end.text != "MCP server 'other' not registered (-1)" {
		t.Errorf("got %v %s", end.Kind, end.text)
	}
}
