package toolserver_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/pierun/pierun/internal/toolserver"
	"github.com/pierun/pierun/internal/transcript"
	"github.com/pierun/pierun/pie"
)

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// child is this test binary in a role.
func child(role string, stderr *transcript.Transcript) toolserver.Config {
	return toolserver.Config{Name: "demo", Command: []string{os.Args[0]}, Env: map[string]string{roleVar: role, "WHO": "me"}, Stderr: stderr}
}

func connect(t *testing.T, cfg toolserver.Config) *toolserver.Server {
	t.Helper()
	s, err := toolserver.Connect(soon(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// over serves demo over HTTP; seen gets the header X-Key of each request.
func over(t *testing.T, seen func(string)) toolserver.Config {
	server := demo()
	h := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen(r.Header.Get("X-Key"))
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	return toolserver.Config{Name: "demo", URL: web.URL, Headers: map[string]string{"X-Key": "secret"}}
}

// Everything that programs ask for, the same over both transports.
func TestMethods(t *testing.T) {
	var said transcript.Transcript
	for where, cfg := range map[string]toolserver.Config{"stdio": child("good", &said), "http": over(t, func(key string) {
		if key != "secret" {
			t.Errorf("a request without its header: %q", key)
		}
	})} {
		t.Run(where, func(t *testing.T) {
			s := connect(t, cfg)
			for _, c := range []struct{ method, params, want string }{
				{"tools/list", "{}", `"name":"upper"`}, // on the third page
				{"tools/call", `{"name":"echo","arguments":{"text":"hi"}}`, `"content":[{"type":"text","text":"hi"}]`},
				{"tools/call", `{"name":"fail","arguments":{"text":""}}`, `"isError":true`},
				{"resources/list", "{}", `"uri":"file:///a"`},
				{"resources/read", `{"uri":"file:///a"}`, `"text":"content"`},
				{"prompts/list", "{}", `"name":"greet"`},
				{"prompts/get", `{"name":"greet","arguments":{"who":"you"}}`, `"description":"for you"`},
			} {
				got, err := s.Call(soon(t), c.method, json.RawMessage(c.params))
				if err != nil || !strings.Contains(string(got), c.want) {
					t.Errorf("%s: %s %v", c.method, got, err)
				}
			}
			for _, c := range []struct {
				method, params string
				code           int
			}{
				{"tools/call", `{"name":"nonesuch"}`, -32602}, {"tools/call", `[]`, -32602}, {"resources/read", `{"uri":"file:///b"}`, -32602},
				{"sampling/x", "{}", -32601}, {"tools/call", `{"name":"echo","arguments":{"text":5}}`, 0},
			} {
				got, err := s.Call(soon(t), c.method, json.RawMessage(c.params))
				var e *pie.MCPError
				if c.code == 0 && err == nil && strings.Contains(string(got), `"isError":true`) {
					continue
				}
				if !errors.As(err, &e) || e.Code != c.code {
					t.Errorf("%s %s: %s %v", c.method, c.params, got, err)
				}
			}
		})
	}
	if said.String() != "[mcp:demo] I am me\n" {
		t.Errorf("standard error: %q", said.String())
	}
}

func TestManyCallsAtOnce(t *testing.T) {
	for where, cfg := range map[string]toolserver.Config{"stdio": child("good", new(transcript.Transcript)), "http": over(t, func(string) {})} {
		t.Run(where, func(t *testing.T) {
			s := connect(t, cfg)
			var wg sync.WaitGroup
			for n := range 100 {
				wg.Go(func() {
					got, err := s.Call(soon(t), "tools/call", fmt.Appendf(nil, `{"name":"echo","arguments":{"text":"%d"}}`, n))
					if err != nil || !strings.Contains(string(got), fmt.Sprintf(`"text":"%d"`, n)) {
						t.Errorf("%s %v", got, err)
					}
				})
			}
			wg.Wait()
		})
	}
}

func TestACallIsCancelled(t *testing.T) {
	for where, cfg := range map[string]toolserver.Config{"stdio": child("good", new(transcript.Transcript)), "http": over(t, func(string) {})} {
		t.Run(where, func(t *testing.T) {
			s := connect(t, cfg)
			ctx, cancel := context.WithCancel(soon(t))
			failed := make(chan error)
			hang := func(ctx context.Context) {
				_, err := s.Call(ctx, "tools/call", json.RawMessage(`{"name":"hang","arguments":{"text":""}}`))
				failed <- err
			}
			go hang(ctx)
			cancel()
			if err := <-failed; !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled: %v", err)
			}
			go hang(soon(t))
			s.Close()
			if err := <-failed; err == nil || !strings.Contains(err.Error(), "MCP server 'demo' is no longer running") {
				t.Errorf("closed: %v", err)
			}
			s.Close()
		})
	}
}

func TestAServerThatDies(t *testing.T) {
	s := connect(t, child("good", new(transcript.Transcript)))
	for range 2 {
		_, err := s.Call(soon(t), "tools/call", json.RawMessage(`{"name":"die","arguments":{"text":""}}`))
		var e *pie.MCPError
		if !errors.As(err, &e) || e.Code != pie.MCPFailed || !strings.HasPrefix(e.Message, "MCP server 'demo' is no longer running") {
			t.Fatalf("%v", err)
		}
	}
}

func TestFailedConnects(t *testing.T) {
	refusing := httptest.NewServer(http.NotFoundHandler())
	defer refusing.Close()
	for what, c := range map[string]struct {
		cfg  toolserver.Config
		kind error
		want string
	}{
		"nothing":    {toolserver.Config{}, pie.ErrUsage, "one of the two"},
		"both":       {toolserver.Config{Command: []string{"x"}, URL: "http://x"}, pie.ErrUsage, "one of the two"},
		"no program": {toolserver.Config{Name: "x", Command: []string{"/nonesuch"}}, pie.ErrConnect, "no such file"},
		"broken":     {child("broken", new(transcript.Transcript)), pie.ErrConnect, "no such database"},
		"talkative":  {child("talkative", new(transcript.Transcript)), pie.ErrConnect, "write nothing else"},
		"no address": {toolserver.Config{URL: "nonesuch"}, pie.ErrConnect, "no address"},
		"not MCP":    {toolserver.Config{URL: refusing.URL}, pie.ErrConnect, "Not Found"},
	} {
		t.Run(what, func(t *testing.T) {
			_, err := toolserver.Connect(soon(t), c.cfg)
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAServerThatNeverAnswers(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, err := toolserver.Connect(ctx, child("mute", new(transcript.Transcript))); !errors.Is(err, pie.ErrConnect) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
