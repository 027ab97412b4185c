package backendai

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// area is which prefix a path gets; it depends on the API version.
type area int

const (
	plainArea   area = iota
	sessionArea      // /session or /kernel
	streamArea       // /stream/session or /stream/kernel
)

// call is one request to make.
type call struct {
	op      string // for errors
	method  string
	area    area
	path    string // escaped, from its slash; after the area's prefix
	query   query
	body    []byte
	ctype   string // of the body; "": application/json
	accept  string
	timeout time.Duration // 0: Config.RequestTimeout; <0: none but the context's
	most    int64         // bound of the answer; 0: Config.MaxBody

	unsigned bool
	quiet    bool // announce no API version
	given    bool // the caller has made the path
}

// check refuses a path in which a name is empty or a dot: it would be that of another call.
func (k call) check() error {
	if k.given || k.path == "" || k.path == "/" && k.area == plainArea {
		return nil
	}
	for _, name := range strings.Split(k.path[1:], "/") {
		if name == "" || name == "." || name == ".." {
			return misuse("%s: %s is no name and no id", strings.TrimSpace(k.op), quote(name))
		}
	}
	return nil
}

// query is an ordered list of name, value.
type query []string

// encode escapes like encodeURIComponent: a space is %20, never a plus.
func (q query) encode() string {
	var b strings.Builder
	for i := 0; i+1 < len(q); i += 2 {
		if q[i+1] == "" {
			continue
		}
		b.WriteString([]string{"?", "&"}[min(b.Len(), 1)])
		b.WriteString(escape(q[i]) + "=" + escape(q[i+1]))
	}
	return b.String()
}

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// segments joins path parts, each escaped for itself, so that what is signed is what is sent.
func segments(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + url.PathEscape(p))
	}
	return b.String()
}

// encodeJSON writes a body as JavaScript would: no escapes for <, > and &.
func encodeJSON(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // only types of this package and checked raw messages come here
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// target is the request line's path with query, relative to the endpoint.
func (c *Client) target(k call, m *Manager) string {
	path := k.path
	switch k.area {
	case sessionArea:
		path = "/" + m.sessions() + path
	case streamArea:
		path = "/stream/" + m.sessions() + path
	}
	if c.cfg.Mode == ModeSession && !strings.HasPrefix(path, "/server/") {
		path = "/func" + path
	}
	return path + k.query.encode()
}

// request builds a signed request to one endpoint.
func (c *Client) request(ctx context.Context, e endpoint, k call, m *Manager) (*http.Request, error) {
	u, err := e.url(c.target(k, m))
	if err != nil {
		return nil, err
	}
	var body io.Reader
	if k.body != nil {
		body = bytes.NewReader(k.body)
	}
	r, err := http.NewRequestWithContext(ctx, k.method, u.String(), body)
	if err != nil {
		return nil, err
	}
	r.Host = e.host
	r.Header.Set("Content-Type", orElse(k.ctype, "application/json"))
	if k.accept != "" {
		r.Header.Set("Accept", k.accept)
	}
	c.sign(r.Header, r.Method, r.URL.RequestURI(), e.host, k, m)
	return r, nil
}

// sign adds the headers every request carries, and the signature unless the call or the mode does without.
func (c *Client) sign(h http.Header, method, target, host string, k call, m *Manager) {
	date, day := stamp(c.cfg.Clock.Now())
	h.Set("User-Agent", c.userAgent())
	if k.quiet || m == nil {
		return
	}
	version := m.Version.String()
	h.Set("X-BackendAI-Version", version)
	h.Set("X-BackendAI-Date", date)
	if c.cfg.Domain != "default" {
		h.Set("X-BackendAI-Domain", c.cfg.Domain)
	}
	if k.unsigned || c.cfg.Mode == ModeSession {
		return
	}
	msg := message{method: method, target: target, date: date, day: day, host: host, body: k.body,
		contentType: mediaType(h.Get("Content-Type")), versionName: "x-backendai-version", version: version}
	h.Set("Authorization", msg.authorization(c.cfg.AccessKey, c.cfg.SecretKey))
}

func (c *Client) userAgent() string {
	if c.cfg.AgentSignature == "" {
		return c.cfg.UserAgent
	}
	return c.cfg.UserAgent + "; " + c.cfg.AgentSignature
}
