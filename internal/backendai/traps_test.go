package backendai

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// answers is a manager that answers every request but the handshake alike, and counts.
type answers struct {
	status int
	header http.Header
	body   io.Reader
	asked  []*http.Request
}

func (a *answers) RoundTrip(q *http.Request) (*http.Response, error) {
	r := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Request: q,
		Body: io.NopCloser(strings.NewReader(`{"version":"v7.20230615","manager":"test"}`))}
	if q.URL.Path != "/" {
		a.asked = append(a.asked, q)
		r.StatusCode, r.Body = a.status, io.NopCloser(a.body)
		for name, values := range a.header {
			r.Header[name] = values
		}
	}
	return r, nil
}

func trapped(t *testing.T, a *answers) *Client {
	t.Helper()
	c, err := New(Config{AccessKey: "a", SecretKey: "s", Endpoints: []string{"http://manager.test"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	c.http.Transport = a
	return c
}

// TestFalseAndZeroAreSent: an option that is false or zero is not one that is absent.
func TestFalseAndZeroAreSent(t *testing.T) {
	a := &answers{status: 201, body: strings.NewReader(`{"sessionId":"x","created":true}`)}
	spec := SessionSpec{Name: "falsy", Image: "python", Fresh: true, Wait: true, Resources: map[string]string{"cpu": "0", "cuda.shares": "2.7"}}
	if _, err := trapped(t, a).CreateSession(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(a.asked[0].Body)
	for _, want := range []string{`"reuseIfExists":false`, `"enqueueOnly":false`, `"cpu":"0"`, `"cuda.shares":"2.7"`} {
		if !bytes.Contains(body, []byte(want)) {
			t.Errorf("no %s in %s", want, body)
		}
	}
}

// TestProjectOfCreateIfNotExists: the configuration's project and domain are those of every new session.
func TestProjectOfCreateIfNotExists(t *testing.T) {
	for group, want := range map[string]string{"lab": `{"image":"python","name":"project","group":"lab","domain":"site"}`, "": `{"image":"python","name":"project"}`} {
		a := &answers{status: 201, body: strings.NewReader(`{"sessionId":"x","created":true}`)}
		c := trapped(t, a)
		if group != "" {
			c.cfg.Group, c.cfg.Domain = group, "site"
		}
		if _, err := c.CreateIfNotExists(t.Context(), "python", "project", nil, ""); err != nil {
			t.Fatal(err)
		}
		if body, _ := io.ReadAll(a.asked[0].Body); string(body) != want {
			t.Errorf("%s, want %s", body, want)
		}
	}
}

// TestDestroyIsAskedOnce: whatever the answer, and never with an old signature.
func TestDestroyIsAskedOnce(t *testing.T) {
	for _, status := range []int{401, 404, 500, 503} {
		a := &answers{status: status, body: strings.NewReader("{}")}
		if _, err := trapped(t, a).Destroy(t.Context(), "x", DestroyOptions{}); err == nil || len(a.asked) != 1 {
			t.Errorf("%d: asked %d times, %v", status, len(a.asked), err)
		}
	}
}

// TestRedirectsAreNotFollowed: the signature holds for one address.
func TestRedirectsAreNotFollowed(t *testing.T) {
	a := &answers{status: 302, header: http.Header{"Location": {"http://elsewhere.test/"}}, body: strings.NewReader("")}
	err := trapped(t, a).Verify(t.Context())
	if len(a.asked) != 1 || err == nil || !strings.Contains(err.Error(), "elsewhere.test") {
		t.Errorf("asked %d times, %v", len(a.asked), err)
	}
}

// stuck gives some bytes of a body, and then nothing until the request ends.
type stuck struct{ ctx context.Context }

func (s stuck) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

// TestSlowBodyIsBounded: the limit of a request covers its answer's body, not the headers alone.
func TestSlowBodyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		a := &answers{status: 200, body: io.MultiReader(strings.NewReader(`{"presets":[`), stuck{ctx})}
		_, err := trapped(t, a).Presets(ctx)
		if !errors.Is(err, &Error{Type: ErrResponse}) {
			t.Error(err)
		}
	})
}

// TestIdsAreEscaped: what is signed is what is sent, for any name.
func TestIdsAreEscaped(t *testing.T) {
	a := &answers{status: 200, body: strings.NewReader("{}")}
	_, _ = trapped(t, a).SessionInfo(t.Context(), "a/b c?d", "owner&key=1")
	if got := a.asked[0].URL.RequestURI(); got != "/session/a%2Fb%20c%3Fd?owner_access_key=owner%26key%3D1" {
		t.Error(got)
	}
}

// ending is a manager whose session ends between two questions: refused for its state, then refused as ended, then unknown.
type ending struct{ asked int }

func (e *ending) RoundTrip(q *http.Request) (*http.Response, error) {
	status, body := 200, `{"version":"v7.20230615","manager":"test"}`
	if q.URL.Path != "/" {
		status, body = 403, `{"type":"https://api.backend.ai/probs/generic-forbidden","title":"Forbidden operation."}`
		if e.asked++; e.asked > 2 {
			status, body = 404, `{"type":"https://api.backend.ai/probs/object-not-found","title":"No such session."}`
		}
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/problem+json"}}, Request: q,
		Body: io.NopCloser(strings.NewReader(body))}, nil
}

// TestSessionThatEndsMeanwhile: what has ended by itself is ended.
func TestSessionThatEndsMeanwhile(t *testing.T) {
	c := trapped(t, nil)
	m := &ending{}
	c.http.Transport = m
	if err := c.EndSession(t.Context(), "x"); err != nil || m.asked != 3 {
		t.Errorf("%v after %d questions", err, m.asked)
	}
}

// TestPlainManagerBehindHTTPS: a manager without TLS is told apart from one that is not there.
func TestPlainManagerBehindHTTPS(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	c, err := New(Config{AccessKey: "a", SecretKey: "s", Endpoints: []string{strings.Replace(s.URL, "http", "https", 1)}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Verify(t.Context()); !errors.Is(err, &Error{Type: ErrRequest}) || !strings.Contains(err.Error(), "write http://") {
		t.Error(err)
	}
}
