package faketest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// web is the web server in front: it takes logins and lets through what carries their cookie. False: it has answered.
func (m *Manager) web(w http.ResponseWriter, r *http.Request) (through bool) {
	switch {
	case r.URL.Path == "/server/login":
		m.login(w, r)
	case r.URL.Path == "/server/token-login":
		m.tokenLogin(w, r)
	case r.URL.Path == "/server/login-check":
		reply(w, 200, map[string]any{"authenticated": m.knows(r)})
	case r.URL.Path == "/server/logout":
		m.logout(r)
		w.WriteHeader(200)
	case !strings.HasPrefix(r.URL.Path, "/func/"):
		http.NotFound(w, r)
	case !m.knows(r):
		refused("Unauthorized access").write(w)
	default:
		return true
	}
	return false
}

func (m *Manager) login(w http.ResponseWriter, r *http.Request) {
	var b struct{ Username, Password string }
	_ = json.NewDecoder(r.Body).Decode(&b)
	if want, ok := m.o.Web[b.Username]; !ok || want != b.Password {
		noLogin(w)
		return
	}
	m.welcome(w)
}

// tokenLogin takes the one token of Options, from the body or a cookie.
func (m *Manager) tokenLogin(w http.ResponseWriter, r *http.Request) {
	var b struct{ SToken string }
	_ = json.NewDecoder(r.Body).Decode(&b)
	if c, err := r.Cookie("sToken"); err == nil && b.SToken == "" {
		b.SToken = c.Value
	}
	switch {
	case m.knows(r):
		problem(400, "generic-bad-request", "You have already logged in.", "", nil).write(w)
	case b.SToken == "":
		problem(400, "invalid-api-params", "You must provide cookie-based authentication token", "", nil).write(w)
	case b.SToken != m.o.Token:
		noLogin(w)
	default:
		m.welcome(w)
	}
}

func noLogin(w http.ResponseWriter) {
	reply(w, 200, map[string]any{"authenticated": false, "data": map[string]any{"type": "https://api.backend.ai/probs/auth-failed",
		"title": "Credential/signature mismatch.", "details": "User credential mismatch."}})
}

// welcome gives a cookie.
func (m *Manager) welcome(w http.ResponseWriter) {
	m.mu.Lock()
	m.entered++
	id := "cookie-" + strconv.Itoa(m.entered)
	m.logins[id] = true
	m.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: "AIOHTTP_SESSION", Value: id, Path: "/", HttpOnly: true})
	reply(w, 200, map[string]any{"authenticated": true, "data": map[string]any{"access_key": m.anybody().key, "role": "user", "status": "active"}})
}

func (m *Manager) knows(r *http.Request) bool {
	c, err := r.Cookie("AIOHTTP_SESSION")
	m.mu.Lock()
	defer m.mu.Unlock()
	return err == nil && m.logins[c.Value]
}

// Forget ends all logins, as a restart of the web server does.
func (m *Manager) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.logins)
}

func (m *Manager) logout(r *http.Request) {
	if c, err := r.Cookie("AIOHTTP_SESSION"); err == nil {
		m.mu.Lock()
		delete(m.logins, c.Value)
		m.mu.Unlock()
	}
}
