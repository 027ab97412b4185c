package pie_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// tool is a tool server made of one function.
type tool func(ctx context.Context, method, params string) (string, error)

func (f tool) Call(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
	text, err := f(ctx, method, string(params))
	return json.RawMessage(text), err
}

// echo lists two tools, and answers every call with its own params.
func echo(_ context.Context, method, params string) (string, error) {
	if method == "tools/list" {
		return `{"tools":[{"name":"echo"},{"name":"rm"}],"more":1}`, nil
	}
	return params, nil
}

// offer announces a tool server under the name that mcp-example asks for.
func offer(t *testing.T, c *pie.Client, f tool, o pie.Offer) (withdraw func()) {
	t.Helper()
	withdraw, err := c.OfferTools(soon(t), "demo", f, o)
	if err != nil {
		t.Fatal(err)
	}
	return withdraw
}

// asks runs mcp-example and gives what it says of its calls: its result, or its error.
func asks(t *testing.T, c *pie.Client, input map[string]any) string {
	t.Helper()
	p := name(t, c, "mcp-example")
	p.Values = input
	i := launch(t, c, p)
	events, err := collect(t, i)
	if err != nil {
		t.Fatal(err)
	}
	return events[len(events)-1].Value.(string)
}

// eachWithTools runs a test on every generation that has tools.
func eachWithTools(t *testing.T, f func(t *testing.T, e *engine.Engine)) {
	each(t, func(t *testing.T, e *engine.Engine) {
		if e.Dialect().Features.MCP {
			f(t, e)
		}
	})
}

func TestProgramCallsATool(t *testing.T) {
	eachWithTools(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, nil)
		defer offer(t, c, echo, pie.Offer{})()
		const want = `{"servers":["demo"],"tools_json":"{\"tools\":[{\"name\":\"echo\"},{\"name\":\"rm\"}],\"more\":1}",` +
			`"result":"{\"arguments\":{\"text\":\"hi\"},\"name\":\"echo\"}"}`
		if got := asks(t, c, map[string]any{"text": "hi"}); got != want {
			t.Errorf("got %s", got)
		}
	})
}

func TestToolsElsewhere(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		if e.Dialect().Features.MCP {
			return
		}
		_, err := dial(t, e, nil).OfferTools(soon(t), "demo", tool(echo), pie.Offer{})
		if !errors.Is(err, pie.ErrUnsupported) || !strings.Contains(err.Error(), e.Dialect().Generation) || !strings.Contains(err.Error(), "message") {
			t.Errorf("%v", err)
		}
	})
}

func TestToolFailures(t *testing.T) {
	calls := func(f tool) tool {
		return func(ctx context.Context, method, params string) (string, error) {
			if method == "tools/list" {
				return `{"tools":[]}`, nil
			}
			return f(ctx, method, params)
		}
	}
	for what, c := range map[string]struct {
		tool tool
		o    pie.Offer
		want string
	}{
		"an error of its own": {tool: calls(func(context.Context, string, string) (string, error) {
			return "", &pie.MCPError{Code: -32602, Message: "no such tool"}
		}), want: "no such tool (-32602)"},
		"any error": {tool: calls(func(context.Context, string, string) (string, error) { return "", errors.New("disk full") }), want: "disk full (-32000)"},
		"a panic": {tool: calls(func(context.Context, string, string) (string, error) { panic("oops") }),
			want: "MCP server 'demo' panicked: oops (-32603)"},
		"no JSON": {tool: calls(func(context.Context, string, string) (string, error) { return "{", nil }),
			want: "Result serialize: the tool server's answer is not JSON (-32603)"},
		"bad data": {tool: calls(func(context.Context, string, string) (string, error) {
			return "", &pie.MCPError{Code: 7, Message: "x", Data: json.RawMessage("{")}
		}), want: "x (7)"},
		"an answer too large": {tool: calls(func(context.Context, string, string) (string, error) {
			return `"` + strings.Repeat("a", 17<<20) + `"`, nil
		}), want: "the answer cannot be sent"},
		"not allowed": {tool: echo, o: pie.Offer{Allow: []string{"other"}},
			want: `the tool "echo" of the MCP server 'demo' is not offered to programs (-32601)`},
		"too slow": {o: pie.Offer{Timeout: time.Second}, tool: calls(func(ctx context.Context, _, _ string) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}), want: "MCP server 'demo' did not answer tools/call within 1s (-32000)"},
		"too slow and deaf": {o: pie.Offer{Timeout: time.Second}, want: "did not answer tools/call within 1s"},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := serve(t, "process-0.4")
				client := dial(t, e, func(cfg *pie.Config) { cfg.CloseGrace = time.Second })
				over := make(chan struct{})
				if c.tool == nil {
					c.tool = calls(func(context.Context, string, string) (string, error) { <-over; return "{}", nil })
				}
				offer(t, client, c.tool, c.o)
				if got := asks(t, client, nil); !strings.Contains(got, c.want) {
					t.Errorf("got %s", got)
				}
				client.Close(context.Background())
				e.Close()
				close(over)
			})
		})
	}
}

func TestAllowedToolsAreSeen(t *testing.T) {
	c := dial(t, serve(t, "process-0.4"), nil)
	offer(t, c, echo, pie.Offer{Allow: []string{"echo"}})
	if got := asks(t, c, nil); !strings.Contains(got, `"tools_json":"{\"more\":1,\"tools\":[{\"name\":\"echo\"}]}"`) {
		t.Errorf("got %s", got)
	}
}

func TestWithdrawnTools(t *testing.T) {
	c := dial(t, serve(t, "process-0.3"), nil)
	withdraw := offer(t, c, echo, pie.Offer{})
	if _, err := c.OfferTools(soon(t), "demo", tool(echo), pie.Offer{}); !errors.Is(err, pie.ErrUsage) {
		t.Errorf("twice: %v", err)
	}
	withdraw()
	withdraw()
	if got := asks(t, c, nil); got != "MCP server 'demo' is no longer running (-32000)" {
		t.Errorf("got %s", got)
	}
	offer(t, c, echo, pie.Offer{})
	if got := asks(t, c, nil); !strings.HasPrefix(got, `{"servers":["demo"],`) {
		t.Errorf("offered again: %s", got)
	}
}

// A tool at work is cancelled when it is withdrawn, when its program ends, and with the client.
func TestToolsAreCancelled(t *testing.T) {
	for what, end := range map[string]func(c *pie.Client, i *pie.Instance, withdraw func()){
		"withdrawn":      func(_ *pie.Client, _ *pie.Instance, withdraw func()) { withdraw() },
		"program ended":  func(_ *pie.Client, i *pie.Instance, _ func()) { i.Terminate(context.Background()) },
		"client closed":  func(c *pie.Client, _ *pie.Instance, _ func()) { c.Close(context.Background()) },
		"connection cut": nil,
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := serve(t, "process-0.4")
				c := dial(t, e, nil)
				cancelled := make(chan struct{})
				withdraw := offer(t, c, func(ctx context.Context, _, _ string) (string, error) {
					<-ctx.Done()
					close(cancelled)
					return "", ctx.Err()
				}, pie.Offer{})
				i := launch(t, c, name(t, c, "mcp-example"))
				synctest.Wait()
				if end == nil {
					e.CutConnections()
				} else {
					end(c, i, withdraw)
				}
				<-cancelled
				c.Close(context.Background())
				e.Close()
			})
		})
	}
}

func TestToolsAfterAReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := serve(t, "process-0.4")
		c := dial(t, e, func(cfg *pie.Config) { cfg.Reconnect = true })
		offer(t, c, echo, pie.Offer{})
		e.CutConnections()
		synctest.Wait()
		if got := asks(t, c, nil); !strings.HasPrefix(got, `{"servers":["demo"],`) || c.Info().Reconnects != 1 {
			t.Errorf("got %s after %d reconnects", got, c.Info().Reconnects)
		}
		c.Close(context.Background())
		e.Close()
	})
}

func TestUnknownToolServer(t *testing.T) {
	answered := make(chan wire.Command, 1)
	f := newFake(t, "process-0.3", func(c *fakeConn) {
		ping := c.want(wire.Ping)
		c.yes(&ping, "Pong")
		c.tell(wire.Event{Kind: wire.MCPRequest, Corr: 1, ID: []byte(idA), Name: []byte("x"), Method: []byte("tools/list"), Text: []byte("{}")})
		answered <- c.want(wire.MCPAnswer)
		c.idle()
	})
	if _, err := f.dial(nil).Ping(soon(t)); err != nil {
		t.Fatal(err)
	}
	if a := <-answered; a.OK || a.Corr != 1 || a.Text != `{"code":-32000,"message":"MCP server 'x' is not registered locally"}` {
		t.Errorf("%+v", a)
	}
}
