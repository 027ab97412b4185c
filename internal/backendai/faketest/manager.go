// Package faketest is a Backend.AI manager for tests: it checks signatures, keeps sessions, runs a few lines of code,
// keeps files and folders, and tunnels. It is written from exchanges with a real manager of release 23.09 and checked
// against them; beyond those it can be older, and can have a web server in front.
package faketest

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Key is an access key that the manager knows.
type Key struct {
	Secret   string
	User     string // e-mail address
	Inactive bool
	Second   bool // not the main key of its user
	Admin    bool
	Rate     int               // requests in 15 minutes; 0: 30000
	Limits   map[string]string // slots; nil: no limits
}

// Options of New. The zero value is a manager of 23.09 with one key.
type Options struct {
	Version string                                           // "": v7.20230615; v4.… has the old paths
	Release string                                           // "": 23.09.10
	Now     func() time.Time                                 // nil: time.Now
	Keys    map[string]Key                                   // nil: AKIATEST with secret "secret" of alice@example.test
	Images  []string                                         // nil: local.test/stable/python:3.11-debian12
	Slots   map[string]string                                // what the site has; nil: cpu count, mem bytes
	Life    []string                                         // statuses a new session goes through, one with each look; nil: PENDING, PREPARING, RUNNING
	Web     map[string]string                                // user → password of a web server in front (SESSION mode); nil: none
	Dial    func(session string, port int) (net.Conn, error) // what a tunnel reaches; nil: nothing listens
	NoRoom  bool                                             // sessions stay PENDING, with the scheduler's reasons
	Hold    string                                           // requests of this method are never answered; "": none
	Token   string                                           // of a single sign-on, which the web server takes; "": none
	Mute    bool                                             // images have no interpreter for code: it ends with 127
}

// DefaultKey and DefaultSecret are what a manager without Options.Keys knows.
const (
	DefaultKey    = "AKIATEST"
	DefaultSecret = "secret"
	DefaultImage  = "local.test/stable/python:3.11-debian12"
)

// Manager is a running fake. Its methods are safe for concurrent use.
type Manager struct {
	o       Options
	server  *http.Server
	memory  *memory
	screen  *memory // where the terminal server of every session listens
	shells  *shells
	mu      sync.Mutex
	used    map[string]int // requests by key
	all     []*session
	dirs    map[string]*folder
	offers  map[string]*transfer
	listen  map[chan event]bool
	logins  map[string]bool
	entered int // logins so far
	log     []string

	invited []*invitation     // that are open
	offered int               // invitations so far
	ssh     map[string]string // the public keys of access keys
	done    sync.WaitGroup
	ctx     context.Context
	stop    context.CancelFunc
}

// New starts a manager in memory: reach it through DialContext, at any host name.
func New(o Options) *Manager {
	m := &Manager{o: o.withDefaults(), memory: newMemory(), screen: newMemory(), shells: newShells(), used: map[string]int{}, dirs: map[string]*folder{},
		offers: map[string]*transfer{}, listen: map[chan event]bool{}, logins: map[string]bool{}, ssh: map[string]string{}}
	m.ctx, m.stop = context.WithCancel(context.Background())
	m.server = &http.Server{Handler: m, BaseContext: func(net.Listener) context.Context { return m.ctx }}
	m.done.Go(func() { _ = m.server.Serve(m.memory) })
	m.done.Go(m.serveShells)
	m.done.Go(func() { _ = (&http.Server{Handler: http.HandlerFunc(m.ttyd)}).Serve(m.screen) })
	return m
}

func (o Options) withDefaults() Options {
	set(&o.Version, "v7.20230615")
	set(&o.Release, "23.09.10")
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Keys == nil {
		o.Keys = map[string]Key{DefaultKey: {Secret: DefaultSecret, User: "alice@example.test"}}
	}
	if o.Images == nil {
		o.Images = []string{DefaultImage, "local.test/stable/other:1.0-debian12"}
	}
	if o.Slots == nil {
		o.Slots = map[string]string{"cpu": "count", "mem": "bytes"}
	}
	if o.Life == nil {
		o.Life = []string{"PENDING", "PREPARING", "RUNNING"}
	}
	return o
}

func set(to *string, value string) {
	if *to == "" {
		*to = value
	}
}

// Serve answers on a listener besides, until Close.
func (m *Manager) Serve(l net.Listener) { m.done.Go(func() { _ = m.server.Serve(l) }) }

// DialContext connects to the manager, whatever the address.
func (m *Manager) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	return m.memory.dial(ctx)
}

// Close ends all connections and waits for what serves them.
func (m *Manager) Close() {
	m.stop()
	m.server.Close()
	m.screen.Close()
	m.shells.memory.Close()
	m.done.Wait()
}

// Requests are the requests so far, as "GET /session/x".
func (m *Manager) Requests() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.log...)
}

// modern says that paths and fields are those of v5 and later.
func (m *Manager) modern() bool { return !strings.HasPrefix(m.o.Version, "v4.") }

func (m *Manager) sessions() string {
	if m.modern() {
		return "session"
	}
	return "kernel"
}

// caller is who asks; "" is nobody.
type caller struct {
	key   string
	admin bool
	user  string
}

// ServeHTTP answers one request.
func (m *Manager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	m.log = append(m.log, r.Method+" "+r.URL.RequestURI())
	m.mu.Unlock()
	if r.Method == m.o.Hold {
		<-r.Context().Done()
		return
	}
	if m.o.Web != nil {
		if !m.web(w, r) {
			return
		}
		r.URL.Path, r.URL.RawPath = strings.TrimPrefix(r.URL.Path, "/func"), strings.TrimPrefix(r.URL.RawPath, "/func")
	}
	handler, needs := m.route(r)
	if handler == nil {
		problem(404, "url-not-found", "Unknown URL path.", "", r.URL.Path).write(w)
		return
	}
	if p := m.checkVersion(r); p != nil {
		p.write(w)
		return
	}
	who, p := m.authenticate(r)
	if p == nil && needs && who.key == "" {
		p = problem(401, "auth-failed", "Credential/signature mismatch.", "Unauthorized access", nil)
	}
	if p != nil {
		p.write(w)
		return
	}
	m.allowance(w, who)
	handler(w, r, who)
}

// fault is an answer that is not 2xx.
type fault struct {
	status int
	body   map[string]any
}

func problem(status int, kind, title, msg string, data any) *fault {
	body := map[string]any{"type": "https://api.backend.ai/probs/" + kind, "title": title}
	if msg != "" {
		body["msg"] = msg
	}
	if data != nil {
		body["data"] = data
	}
	return &fault{status, body}
}

func (f *fault) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	for _, name := range []string{"Limit", "Remaining", "Window"} {
		w.Header().Del("X-RateLimit-" + name)
	}
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(f.body)
}

// reply answers with JSON.
func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// internal is what the real one answers where it has not looked.
func internal() *fault {
	return problem(500, "internal-server-error", "Internal server error.", "", nil)
}

func invalid(msg string, data any) *fault {
	return problem(400, "invalid-api-params", "Missing or invalid API parameters.", msg, data)
}
