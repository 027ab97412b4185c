package faketest

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// exchange is a request to a real manager with its answer.
type exchange struct {
	Case    string `json:"case"`
	Request struct {
		Method  string            `json:"method"`
		Path    string            `json:"path"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	} `json:"request"`
	Answer struct {
		Status int    `json:"status"`
		Type   string `json:"content_type"`
		Body   string `json:"body"`
		Cut    int    `json:"body_cut_from"`
	} `json:"server_answer"`
}

func recorded(t *testing.T) []exchange {
	f, err := os.Open("../testdata/exchanges.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []exchange
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var x exchange
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		out = append(out, x)
	}
	return out
}

// realKeys are the keys of the recorded manager.
func realKeys() map[string]Key {
	const alice = "alice@example.test"
	return map[string]Key{
		"AKIAREALTESTALICE001": {Secret: "realtest-secret-alice-000000000000000001", User: alice},
		"AKIAREALTESTROOT0001": {Secret: "realtest-secret-root-0000000000000000001", User: "root@example.test", Admin: true},
		"AKIAREALTESTSMALL001": {Secret: "realtest-secret-small-000000000000000001", User: "bob@example.test",
			Limits: map[string]string{"cpu": "1", "mem": "536870912"}},
		"AKIAREALTESTRATE0001": {Secret: "realtest-secret-rate-0000000000000000001", User: "carol@example.test", Rate: 5},
		"AKIAREALTESTSECOND01": {Secret: "realtest-secret-second-00000000000000001", User: alice, Second: true},
		"AKIAREALTESTINACTIVE": {Secret: "realtest-secret-inactive-000000000000001", User: alice, Inactive: true},
	}
}

// imitated says whether the fake answers a case like the real one; what it leaves out is listed here.
func imitated(x exchange) bool {
	if x.Answer.Status == 0 || x.Answer.Status == 101 {
		return false // streams: tested with a client
	}
	for _, prefix := range []string{
		"signMethod HMAC", "Authorization: BackendAI signMethod=SHA256", "Authorization: BackendAI signMethod=HMAC-NOPE", "Authorization: BackendAI signMethod=RSA",
		"rate limit", "body hashed", "body hash", "date without zone", "X-Method-Override",
		"dependency graph", "resource slot details", "wsproxy", "openapi", "manager status", "gql: a finished", "gql: compute session by id, bad", "gql: other keypair",
		"upload: 1 MiB", "upload: 20 parts", "upload: 21 parts", "execute: html", "execute: to be interrupted", "execute: after interrupt", "execute: long",
		"execute: environment", "execute: bootstrap", "execute: big", "execute: exception", "execute: hello", "execute: password",
		"create: bootstrap script as plain", "quota", "create: quota", "logs", "info of a finished", "rename", "tcpproxy", "stream",
		"execute in a fresh", "complete in a fresh", "vfolder files after", "tus", "vfolder download", "vfolder request-download",
		"download", "files:", "destroy", "execute", "complete", "interrupt", "restart", "commit", "start-service", "shutdown", "info of a term", "create: batch",
		"direct-access", "info by id", "task logs", "no body at all",
	} {
		if strings.HasPrefix(x.Case, prefix) {
			return false
		}
	}
	return true
}

// TestLikeTheRealOne sends recorded requests, signed as they were, and compares status and problem.
func TestLikeTheRealOne(t *testing.T) {
	now := time.Date(2026, 11, 21, 19, 59, 31, 0, time.UTC)
	m := New(Options{Keys: realKeys(), Now: func() time.Time { return now }})
	defer m.Close()
	c := &http.Client{Transport: &http.Transport{DialContext: m.DialContext, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	same := 0
	for i, x := range recorded(t) {
		if !imitated(x) {
			continue
		}
		if at, err := time.Parse("2006-01-02T15:04:05.000Z", x.Request.Headers["X-BackendAI-Date"]); err == nil && !strings.HasPrefix(x.Case, "clock skew") {
			now = at
		}
		status, kind := x.send(t, c)
		if status != x.Answer.Status || kind != x.kind() {
			t.Errorf("row %d, %s: %d %s, want %d %s", i, x.Case, status, kind, x.Answer.Status, x.kind())
			continue
		}
		same++
	}
	if same < 150 {
		t.Errorf("only %d answers are alike", same)
	}
	t.Logf("%d answers alike", same)
}

func (x exchange) send(t *testing.T, c *http.Client) (int, string) {
	r, err := http.NewRequest(x.Request.Method, "http://manager"+x.Request.Path, strings.NewReader(x.Request.Body))
	if err != nil {
		t.Fatal(err)
	}
	if x.Request.Body == "" {
		r.Body = nil
	}
	for k, v := range x.Request.Headers {
		r.Header.Set(k, v)
	}
	r.Host = x.Request.Headers["Host"]
	a, err := c.Do(r)
	if err != nil {
		t.Fatal(x.Case, err)
	}
	defer a.Body.Close()
	body, _ := io.ReadAll(a.Body)
	return a.StatusCode, kindOf(string(body))
}

func (x exchange) kind() string { return kindOf(x.Answer.Body) }

// kindOf is the problem's type and message, "" if it is none.
func kindOf(body string) string {
	var p struct{ Type, Title, Msg string }
	if json.Unmarshal([]byte(body), &p) != nil || !strings.Contains(p.Type, "/probs/") {
		return ""
	}
	return p.Type + " " + p.Title
}
