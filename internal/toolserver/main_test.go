package toolserver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"go.uber.org/goleak"
)

// roleVar makes this test binary a server on its standard streams.
const roleVar = "PIERUN_TEST_MCP"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVar) {
	case "":
		goleak.VerifyTestMain(m)
	case "good":
		fmt.Fprintln(os.Stderr, "I am", os.Getenv("WHO"))
		_ = demo().Run(context.Background(), &mcp.StdioTransport{})
	case "deaf": // to the end of its input and to requests to end; with a child of its own
		signal.Ignore(syscall.SIGTERM)
		child := exec.Command("sleep", "1000")
		_ = child.Start()
		fmt.Fprintln(os.Stderr, child.Process.Pid)
		_ = demo().Run(context.Background(), &mcp.StdioTransport{})
		select {}
	case "broken":
		fmt.Fprintln(os.Stderr, "no such database")
		os.Exit(3)
	case "talkative":
		fmt.Println("Welcome!")
		bufio.NewScanner(os.Stdin).Scan()
	case "mute":
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		}
	}
}

// text is the argument of the tools.
type text struct {
	Text string `json:"text"`
}

// demo is a server with tools, a resource and a prompt.
func demo() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "demo", Version: "1"}, &mcp.ServerOptions{PageSize: 2})
	add := func(name string, f func(context.Context, string) (string, error)) {
		mcp.AddTool(s, &mcp.Tool{Name: name, Description: "does " + name}, func(ctx context.Context, _ *mcp.CallToolRequest, in text) (*mcp.CallToolResult, any, error) {
			out, err := f(ctx, in.Text)
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: out}}}, nil, err
		})
	}
	add("echo", func(_ context.Context, text string) (string, error) { return text, nil })
	add("fail", func(context.Context, string) (string, error) { return "", errors.New("disk full") })
	add("die", func(context.Context, string) (string, error) {
		fmt.Fprint(os.Stderr, "I die")
		os.Exit(1)
		return "", nil
	})
	add("hang", func(ctx context.Context, _ string) (string, error) { <-ctx.Done(); return "", ctx.Err() })
	add("upper", func(_ context.Context, text string) (string, error) { return strings.ToUpper(text), nil })
	s.AddResource(&mcp.Resource{URI: "file:///a", Name: "a"}, func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: "file:///a", Text: "content"}}}, nil
	})
	s.AddPrompt(&mcp.Prompt{Name: "greet"}, func(_ context.Context, r *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		return &mcp.GetPromptResult{Description: "for " + r.Params.Arguments["who"], Messages: []*mcp.PromptMessage{}}, nil
	})
	return s
}
