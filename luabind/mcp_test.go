package luabind_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/pierun/pierun/internal/transcript"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// asker asks a tool server of its client one thing, and gives {"result": …} or {"error": …}.
type asker struct{}

func (asker) Manifest() program.Manifest {
	return program.Manifest{Name: "asker", Version: "0.1.0", Description: "asks its client"}
}

func (asker) Run(ctx context.Context, g *engine.Guest) (string, error) {
	var in struct {
		Server, Method string
		Params         json.RawMessage
	}
	if err := json.Unmarshal([]byte(g.Input()), &in); err != nil {
		return "", err
	}
	result, err := g.MCP(ctx, in.Server, in.Method, string(in.Params))
	var failed *engine.MCPError
	if errors.As(err, &failed) {
		text, err := json.Marshal(map[string]any{"error": map[string]any{"code": failed.Code, "message": failed.Message}})
		return string(text), err
	}
	return fmt.Sprintf(`{"result":%s}`, result), err
}

// withTools is a host whose server knows tools.
func withTools(generation string) []func(*host, *engine.Config) {
	return []func(*host, *engine.Config){speaking(generation), func(_ *host, e *engine.Config) { e.Programs = append(e.Programs, asker{}) }}
}

// TestMCPScripts runs every case of testdata/mcp/*.lua on the generations that know tools.
func TestMCPScripts(t *testing.T) {
	eachCase(t, "testdata/mcp/*.lua", func(t *testing.T, c scriptCase) {
		for _, generation := range []string{"process-0.3", "process-0.4"} {
			t.Run(generation, func(t *testing.T) { c.run(t, withTools(generation)...) })
		}
	})
}

// Everywhere else it is said what to do instead, and nothing is started.
func TestMCPElsewhere(t *testing.T) {
	for _, d := range wire.Generations() {
		if d.Features.MCP {
			continue
		}
		t.Run(d.Generation, func(t *testing.T) {
			for _, call := range []string{`serve(c, "demo", {})`, `connect { command = { "/nonesuch" }, client = c }`} {
				_, err := play(t, `local c = pie.connect() require("mcp").`+call, speaking(d.Generation))
				if e := asError(t, err); e.Kind != "unsupported" || !strings.Contains(e.Message, d.Generation) || e.Hint == "" {
					t.Errorf("%v", e)
				}
			}
		})
	}
}

func TestToolsOutliveAConnection(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHost(t, withTools("process-0.4")...)
		h.config.Stdout = onLine(&h.stdout, func() { h.engine.CutConnections() })
		err := h.run(`
			local c = pie.connect()
			require("mcp").serve(c, "demo", { echo = { run = function(args) return args.text end } })
			print("cut")
			task.sleep(1)
			print(c:run("mcp-example", { text = "again" }):json().result)`)
		if err != nil || !strings.Contains(h.stdout.String(), `"text":"again"`) {
			t.Errorf("%s%s", h.stdout.String(), h.rt.Describe(err))
		}
	})
}

// lineHook is a writer that calls f once behind the first write.
type lineHook struct {
	*transcript.Transcript
	f func()
}

func onLine(out *transcript.Transcript, f func()) *lineHook { return &lineHook{out, f} }

func (h *lineHook) Write(p []byte) (int, error) {
	n, err := h.Transcript.Write(p)
	if h.f != nil {
		h.f()
	}
	h.f = nil
	return n, err
}

// roleVar makes this test binary an MCP server on its standard streams.
const roleVar = "PIERUN_TEST_MCP"

// serveTools is that server.
func serveTools() {
	fmt.Fprintln(os.Stderr, "ready")
	_ = toolServer().Run(context.Background(), &mcp.StdioTransport{})
	fmt.Fprintln(os.Stderr, "bye")
}

func toolServer() *mcp.Server {
	type text struct {
		Text string `json:"text"`
	}
	s := mcp.NewServer(&mcp.Implementation{Name: "demo", Version: "1"}, nil)
	add := func(name string, f func(string) (string, error)) {
		mcp.AddTool(s, &mcp.Tool{Name: name, Description: "does " + name}, func(_ context.Context, _ *mcp.CallToolRequest, in text) (*mcp.CallToolResult, any, error) {
			out, err := f(in.Text)
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: out}}}, nil, err
		})
	}
	add("echo", func(text string) (string, error) { return text, nil })
	add("fail", func(string) (string, error) { return "", errors.New("disk full") })
	add("die", func(string) (string, error) { os.Exit(1); return "", nil })
	s.AddResource(&mcp.Resource{URI: "file:///a", Name: "a"}, func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: "file:///a", Text: "content"}}}, nil
	})
	return s
}

// remoteTools uses a server in all ways; CONNECT says which one.
const remoteTools = `
local mcp, ask, check = require "mcp", require "testdata.mcp.ask", require "testdata.pie.check"
local c = pie.connect()
local server = mcp.connect(CONNECT { name = "demo", client = c, allow = { "echo", "fail" } })
check.eq(server.name, "demo")
local tools = server:tools()
check.eq(#tools, 3)
check.eq(tools[3].input.type, "object")
check.eq(server:call("echo", { text = "hi" }), "hi")
local err = check.raises("exception", nil, server.call, server, "fail", { text = "" })
check.eq(err.server, "disk full")
check.raises("refused", "nonesuch", server.call, server, "nonesuch")
check.eq(server:request("resources/read", { uri = "file:///a" }).contents[1].text, "content")

check.eq(ask.tool(c, "demo", "echo", { text = "hello" }), "hello")
local text, failed = ask.tool(c, "demo", "fail", { text = "" })
check.eq(text, "disk full")
check.eq(failed, true)
check.eq(#ask.method(c, "demo", "tools/list").result.tools, 2)
local _, err = ask.tool(c, "demo", "die", { text = "" })
check.eq(err, { code = -32601, message = "the tool \"die\" of the MCP server 'demo' is not offered to programs" })
check.eq(ask.method(c, "demo", "resources/list").error.code, -32601)

server:close()
server:close()
check.raises("lost", "no longer running", server.call, server, "echo", { text = "hi" })
check.eq(select(2, ask.tool(c, "demo", "echo")).message, "MCP server 'demo' is no longer running")
print("fine")`

func runFine(t *testing.T, code string) *host {
	t.Helper()
	h := newHost(t, withTools("process-0.4")...)
	if err := h.run(code); err != nil || h.stdout.String() != "fine\n" {
		t.Errorf("%s%s%s", h.stdout.String(), h.rt.Describe(err), h.stderr.String())
	}
	return h
}

// child is the Lua for options of mcp.connect: this test binary, with what is given added.
func child() string {
	return fmt.Sprintf(`local function CONNECT(o)
		o.command, o.env = { %q }, { %s = "1" }
		return o
	end`, os.Args[0], roleVar)
}

func TestMCPServerAsAChild(t *testing.T) {
	h := runFine(t, child()+remoteTools)
	if got := h.stderr.String(); got != "[mcp:demo] ready\n[mcp:demo] bye\n" {
		t.Errorf("standard error: %q", got)
	}
}

func TestMCPServerOverHTTP(t *testing.T) {
	server := toolServer()
	h := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer x" {
			t.Errorf("a request without its header")
		}
		h.ServeHTTP(w, r)
	}))
	defer web.Close()
	runFine(t, fmt.Sprintf(`local function CONNECT(o)
		o.url, o.headers = %q, { Authorization = "Bearer x" }
		return o
	end`, web.URL)+remoteTools)
}

// The process ends with its scope, however that ends.
func TestMCPServerEndsWithItsScope(t *testing.T) {
	h := runFine(t, child()+`
		local mcp, check = require "mcp", require "testdata.pie.check"
		task.scope(function()
			local one = mcp.connect(CONNECT { name = "one" })
			check.eq(one:call("echo", { text = "a" }), "a")
		end)
		try(task.scope, function()
			mcp.connect(CONNECT { name = "two" })
			error("no")
		end)
		local kept = task.scope(function() return mcp.connect(CONNECT { name = "three" }) end)
		check.eq(kept:call("echo", { text = "b" }), "b")
		check.raises("lost", "three", kept.call, kept, "die", { text = "" })
		mcp.connect(CONNECT { name = "four" })
		print("fine")`)
	for _, name := range []string{"one", "two", "four"} {
		if !strings.Contains(h.stderr.String(), "[mcp:"+name+"] bye\n") {
			t.Errorf("%s did not end: %q", name, h.stderr.String())
		}
	}
}
