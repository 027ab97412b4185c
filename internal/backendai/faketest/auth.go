package faketest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// accepted are the API versions that a manager takes, oldest first: a set, compared exactly. Those of 23.09 are known;
// v6.20221201 is none of them, and newer managers take it and what follows.
func accepted(version string) []string {
	all := []string{"v4.20181215", "v4.20190115", "v4.20190315", "v4.20190615", "v5.20191215", "v6.20200815",
		"v6.20210815", "v6.20220315", "v6.20220615", "v6.20230315", "v7.20230615"}
	if i := slices.Index(all, version); i >= 0 {
		return all[:i+1]
	}
	all = append(all, "v6.20221201", "v8.20240315", "v8.20240915", "v9.20250722")
	if i := slices.Index(all, version); i >= 0 {
		return all[:i+1]
	}
	return append(all, version)
}

func (m *Manager) checkVersion(r *http.Request) *fault {
	v := r.Header.Get("X-BackendAI-Version")
	if v == "" || slices.Contains(accepted(m.o.Version), v) {
		return nil
	}
	return problem(400, "generic-bad-request", "Bad request.", "Unsupported API version.", nil)
}

func badAuth(msg string) *fault {
	return problem(400, "invalid-auth-params", "Missing or invalid authorization parameters.", msg, nil)
}

func refused(msg string) *fault {
	return problem(401, "auth-failed", "Credential/signature mismatch.", msg, nil)
}

// authenticate finds out who asks: the zero caller for an unsigned request.
func (m *Manager) authenticate(r *http.Request) (caller, *fault) {
	if m.o.Web != nil {
		return m.anybody(), nil
	}
	auth := r.Header.Get("Authorization")
	if r.URL.Path == "/" || auth == "" && open(r.URL.Path) {
		return caller{}, nil
	}
	day, ok := m.day(r)
	if !ok {
		return caller{}, badAuth("Date/time sync error")
	}
	if auth == "" {
		return caller{}, nil
	}
	access, signature, f := credential(auth)
	if f != nil {
		return caller{}, f
	}
	if r.Header.Get("X-BackendAI-Version") == "" {
		return caller{}, badAuth("API version missing in request headers")
	}
	return m.admit(r, access, signature, day)
}

// open are the paths that need no signature, nor a date.
func open(path string) bool {
	return path == "/auth/authorize" || strings.HasPrefix(path, "/config/") || strings.HasPrefix(path, "/etcd/") ||
		path == "/upload" || path == "/download" || path == "/manager/status"
}

func (m *Manager) admit(r *http.Request, access, signature, day string) (caller, *fault) {
	key, known := m.o.Keys[access]
	switch {
	case !known || key.Inactive:
		return caller{}, refused("Access key not found")
	case sign(r, day, key.Secret) != signature:
		return caller{}, refused("Signature mismatch")
	case key.Second:
		return caller{}, refused("Unauthorized access")
	}
	m.mu.Lock()
	m.used[access]++
	over := m.used[access] > m.rate(access)
	m.mu.Unlock()
	if over {
		return caller{}, problem(429, "rate-limit-exceeded", "You have reached your API query rate limit.", "", nil)
	}
	return caller{key: access, admin: key.Admin, user: key.User}, nil
}

func (m *Manager) rate(access string) int {
	if n := m.o.Keys[access].Rate; n > 0 {
		return n
	}
	return 30000
}

// anybody is the one account behind the web server.
func (m *Manager) anybody() caller {
	for access, key := range m.o.Keys {
		return caller{key: access, user: key.User}
	}
	return caller{}
}

// credential takes an Authorization header apart.
func credential(header string) (access, signature string, f *fault) {
	scheme, rest, ok := strings.Cut(header, " ")
	if !ok {
		return "", "", badAuth("Malformed authorization header")
	}
	if scheme != "BackendAI" && scheme != "Sorna" {
		return "", "", badAuth("Invalid authorization type name")
	}
	fields := map[string]string{}
	for _, part := range strings.Split(rest, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return "", "", internal()
		}
		fields[name] = value
	}
	access, signature, ok = strings.Cut(fields["credential"], ":")
	if !ok || fields["signMethod"] == "" {
		return "", "", badAuth("Missing or malformed authorization parameters")
	}
	return access, signature, nil
}

// day is the key's day, if the request's date is less than 15 minutes away.
func (m *Manager) day(r *http.Request) (string, bool) {
	text := date(r)
	for _, layout := range []string{time.RFC3339Nano, "20060102T15:04:05Z", http.TimeFormat} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.Format("20060102"), m.o.Now().Sub(at).Abs() < 15*time.Minute
		}
	}
	return "", false
}

// date is the header that counts: Date before the other.
func date(r *http.Request) string {
	if d := r.Header.Get("Date"); d != "" {
		return d
	}
	return r.Header.Get("X-BackendAI-Date")
}

// sign computes what the signature of a request must be, from the request alone.
func sign(r *http.Request, day, secret string) string {
	ctype := "application/octet-stream"
	if h := r.Header.Get("Content-Type"); h != "" {
		ctype, _, _ = mime.ParseMediaType(h)
	}
	empty := sha256.Sum256(nil)
	text := strings.Join([]string{r.Method, r.RequestURI, date(r), "host:" + r.Host, "content-type:" + ctype,
		"x-backendai-version:" + r.Header.Get("X-BackendAI-Version"), hex.EncodeToString(empty[:])}, "\n")
	return hex.EncodeToString(mac(mac(mac([]byte(secret), day), r.Host), text))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// allowance sets the headers that successful answers carry.
func (m *Manager) allowance(w http.ResponseWriter, who caller) {
	limit, left := 1000, 1000
	if who.key != "" {
		m.mu.Lock()
		limit = m.rate(who.key)
		left = limit - m.used[who.key]
		m.mu.Unlock()
		w.Header().Set("X-RateLimit-Window", "900")
	}
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(limit))
	w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(left))
}
