package backendai

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// replayed answers with one recorded answer; handshakes with the manager's version.
func replayed(t *testing.T, x exchange) *Client {
	t.Helper()
	c, err := New(Config{AccessKey: "a", SecretKey: "s", Endpoints: []string{"http://127.0.0.1:27081"},
		Clock: frozen{time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	c.manager.Store(&Manager{Server: Version{7, "20230615"}, Version: Version{7, "20230615"}})
	c.http.Transport = roundTrip(func(r *http.Request) (*http.Response, error) { return x.response(r), nil })
	return c
}

func (x exchange) response(r *http.Request) *http.Response {
	h := http.Header{}
	for k, v := range x.Answer.Headers {
		h.Set(k, v)
	}
	if x.Answer.Type != "" {
		h.Set("Content-Type", x.Answer.Type)
	}
	return &http.Response{StatusCode: x.Answer.Status, Header: h, Body: io.NopCloser(strings.NewReader(x.Answer.Body)), Request: r}
}

// parsers call the method that would have got the answer; the key is method and path with the names left out.
func parsers() map[string]func(*Client, exchange) error {
	ctx := context.Background()
	drop := func(_ any, err error) error { return err }
	return map[string]func(*Client, exchange) error{
		"GET /session/*":                 func(c *Client, _ exchange) error { return drop(c.SessionInfo(ctx, "s", "")) },
		"POST /session":                  func(c *Client, _ exchange) error { return drop(c.CreateIfNotExists(ctx, "i", "name", nil, "")) },
		"POST /session/*":                func(c *Client, _ exchange) error { return drop(c.Execute(ctx, "s", ExecuteCall{Mode: Query})) },
		"DELETE /session/*":              func(c *Client, _ exchange) error { return drop(c.Destroy(ctx, "s", DestroyOptions{})) },
		"PATCH /session/*":               func(c *Client, _ exchange) error { return c.Restart(ctx, "s", "") },
		"GET /session/*/logs":            func(c *Client, _ exchange) error { return drop(c.Logs(ctx, "s", "")) },
		"GET /session/*/files":           func(c *Client, _ exchange) error { return drop(c.ListFiles(ctx, "s", "")) },
		"POST /session/*/rename":         func(c *Client, _ exchange) error { return c.Rename(ctx, "s", "name") },
		"POST /session/*/interrupt":      func(c *Client, _ exchange) error { return c.Interrupt(ctx, "s") },
		"POST /session/*/complete":       func(c *Client, _ exchange) error { return drop(c.Completions(ctx, "s", "x", CompleteOptions{})) },
		"GET /session/_/match":           func(c *Client, _ exchange) error { return drop(c.MatchSessions(ctx, "s")) },
		"GET /stream/session/*/apps":     func(c *Client, _ exchange) error { return drop(c.Apps(ctx, "s")) },
		"GET /resource/presets":          func(c *Client, _ exchange) error { return drop(c.Presets(ctx)) },
		"POST /resource/check-presets":   func(c *Client, _ exchange) error { return drop(c.CheckPresets(ctx, "")) },
		"GET /config/resource-slots":     func(c *Client, _ exchange) error { return drop(c.ResourceSlots(ctx)) },
		"GET /scaling-groups":            func(c *Client, _ exchange) error { return drop(c.ScalingGroups(ctx, "")) },
		"GET /folders":                   func(c *Client, _ exchange) error { return drop(c.Folders(ctx, "")) },
		"POST /folders":                  func(c *Client, _ exchange) error { return drop(c.CreateFolder(ctx, FolderSpec{Name: "n"})) },
		"GET /folders/*":                 func(c *Client, _ exchange) error { return drop(c.Folder(ctx, "n")) },
		"GET /folders/_/hosts":           func(c *Client, _ exchange) error { return drop(c.FolderHosts(ctx)) },
		"GET /folders/*/files":           func(c *Client, _ exchange) error { return drop(c.FolderFiles(ctx, "n", "")) },
		"POST /folders/*/mkdir":          func(c *Client, _ exchange) error { return c.MakeDir(ctx, "n", "a", false, false) },
		"GET /auth/role":                 func(c *Client, _ exchange) error { return drop(c.Role(ctx, "")) },
		"GET /auth":                      func(c *Client, _ exchange) error { return c.Verify(ctx) },
		"POST /auth/authorize":           func(c *Client, _ exchange) error { return drop(c.Authorize(ctx, "", "u", "p")) },
		"GET /auth/ssh-keypair":          func(c *Client, _ exchange) error { return drop(c.SSHKey(ctx)) },
		"POST /admin/graphql":            func(c *Client, _ exchange) error { return drop(c.GraphQLRaw(ctx, "{}", nil)) },
		"GET /session/*/download":        func(c *Client, _ exchange) error { return c.Download(ctx, "s", []string{"f"}, readAll) },
		"GET /session/*/download_single": func(c *Client, _ exchange) error { return drop(c.DownloadOne(ctx, "s", "f", io.Discard)) },
	}
}

func readAll(f Fetched) error {
	_, err := io.Copy(io.Discard, f.Body)
	return err
}

// shape is method and path without names.
func (x exchange) shape() string {
	parts := strings.Split(strings.Trim(x.path(), "/"), "/")
	at := 1
	if parts[0] == "stream" {
		at = 2
	}
	if len(parts) > at && parts[at] != "_" && slices.Contains([]string{"session", "folders"}, parts[at-1]) {
		parts[at] = "*"
	}
	return x.Request.Method + " /" + strings.Join(parts, "/")
}

// TestRecordedAnswers gives every recorded answer to the method that asked for it, and to the general one.
func TestRecordedAnswers(t *testing.T) {
	typed := 0
	for i, x := range rows[exchange](t, "exchanges.jsonl") {
		if x.Answer.Status == 0 || x.Answer.Status == 101 {
			continue
		}
		t.Run(fmt.Sprintf("%d %s", i, x.Case), func(t *testing.T) {
			c := replayed(t, x)
			do := parsers()[x.shape()]
			if do == nil || x.Answer.CutFrom > 0 && x.Answer.Status < 300 {
				_, err := c.Request(context.Background(), x.Request.Method, x.Request.Path, nil)
				x.check(t, err, x.Answer.CutFrom > 0)
				return
			}
			typed++
			if x.shape() == "POST /session/*/complete" && x.Answer.Status == 500 {
				return // counts as "no completions"
			}
			x.check(t, do(c, x), false)
		})
	}
	if typed < 200 {
		t.Errorf("only %d answers were parsed by the method that asked", typed)
	}
}

// check compares the error with the answer: none below 300, else the status, the problem and the words.
func (x exchange) check(t *testing.T, err error, cut bool) {
	t.Helper()
	if x.Answer.Status < 300 {
		said := (*Error)(nil)
		if errors.As(err, &said) && said.Type == ErrServer && strings.Contains(x.Answer.Body, "Traceback") {
			return // a 200 that carries a fault
		}
		if err != nil && !cut {
			t.Error(err)
		}
		return
	}
	e := (*Error)(nil)
	if !errors.As(err, &e) || e.Type != ErrServer || e.Status != x.Answer.Status {
		t.Fatalf("%v, want status %d", err, x.Answer.Status)
	}
	var p struct{ Type, Title, Msg string }
	if json.Unmarshal([]byte(x.Answer.Body), &p) == nil && (e.TypeURL != p.Type || e.Title != p.Title || p.Msg != "" && e.Msg != p.Msg) {
		t.Errorf("%+v, want %+v", e, p)
	}
}

// TestRecordedEvents reads the event streams as the bytes came, in pieces of every size.
func TestRecordedEvents(t *testing.T) {
	streams := 0
	for _, x := range rows[exchange](t, "exchanges.jsonl") {
		var text string
		if !strings.HasPrefix(x.Case, "events:") || json.Unmarshal(x.Raw, &text) != nil {
			continue
		}
		streams++
		r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(r.Body) // the recording ends in the middle of the stream
		want := names(t, newEventReader(strings.NewReader(string(body))))
		if len(want) < 2 || !slices.Contains(want, "session_terminated") {
			t.Errorf("%s: %v", x.Case, want)
		}
		for size := 1; size < 40; size++ {
			if got := names(t, newEventReader(&pieces{string(body), size})); !slices.Equal(got, want) {
				t.Errorf("%s in pieces of %d: %v, want %v", x.Case, size, got, want)
			}
		}
	}
	if streams != 3 {
		t.Errorf("%d streams", streams)
	}
}

func names(t *testing.T, r *eventReader) []string {
	var out []string
	for {
		got, err := r.next()
		if err != nil {
			return out
		}
		e, err := parseEvent("test", got)
		if err != nil || e.SessionID == "" {
			t.Errorf("%v: %+v", err, got)
			return out
		}
		out = append(out, e.Name)
	}
}

// pieces gives at most size bytes a read.
type pieces struct {
	text string
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	n := copy(b, p.text[:min(p.size, len(p.text))])
	p.text = p.text[n:]
	return n, nil
}

// TestRecordedFrames reads the frames of streamed runs.
func TestRecordedFrames(t *testing.T) {
	read := 0
	for _, x := range rows[exchange](t, "exchanges.jsonl") {
		if !strings.HasPrefix(x.Case, "stream") {
			continue
		}
		for _, f := range x.Frames {
			if f[0] != "server" || f[1] != "text" {
				continue
			}
			got, err := parseFrame("test", []byte(f[2].(string)))
			fault := strings.Contains(f[2].(string), `"status": "error"`)
			if fault != (err != nil) || !fault && got.Status == "" {
				t.Errorf("%s: %v %+v %v", x.Case, f, got, err)
			}
			read++
		}
	}
	if read < 12 {
		t.Errorf("%d frames", read)
	}
}
