package faketest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"time"
)

const mostBody = 64 << 20

func readBody(r *http.Request) []byte {
	b, _ := io.ReadAll(io.LimitReader(r.Body, mostBody))
	return b
}

func (m *Manager) info(w http.ResponseWriter, _ *http.Request, s *session) {
	m.mu.Lock()
	status := s.status()
	s.look()
	running := s.status() == "RUNNING" && status != "RUNNING"
	m.mu.Unlock()
	if running {
		m.tell("kernel_started", s)
	}
	why, data, container := "None", any(map[string]any{}), "None"
	if m.o.NoRoom {
		why = "no-available-instances"
		data = map[string]any{"scheduler": map[string]any{"retries": 2, "msg": "No agent has enough of cuda.device."}}
	}
	if status == "RUNNING" {
		why, container = "", strings.Repeat("ab", 32)
	}
	reply(w, 200, map[string]any{
		"domainName": "default", "groupId": uuid(900), "userId": uuid(901), "lang": s.image, "image": s.image, "architecture": "x86_64",
		"registry": "local.test", "tag": s.tag, "containerId": container, "occupiedSlots": slots(s.requested), "requestedSlots": slots(s.requested),
		"occupyingSlots": "{}", "occupiedShares": "{}", "environ": "{}", "resourceOpts": "{}", "status": status, "statusInfo": why,
		"statusData": data, "age": 1500, "creationTime": "2026-11-21 20:07:00+00:00", "terminationTime": "None", "numQueriesExecuted": 0,
		"lastStat": nil, "idleChecks": map[string]any{},
	})
}

// slots is Python text.
func slots(of map[string]string) string {
	var parts []string
	for name, amount := range of {
		parts = append(parts, fmt.Sprintf("'%s': Decimal('%s')", name, amount))
	}
	sort.Strings(parts)
	return "{" + strings.Join(parts, ", ") + "}"
}

func (m *Manager) destroy(w http.ResponseWriter, r *http.Request, s *session) {
	m.mu.Lock()
	status := s.status()
	hard := r.URL.Query().Get("forced") == "true"
	refusal := ""
	switch {
	case status == "PULLING":
		refusal = "Cannot destroy sessions in pulling status"
	case (status == "PREPARING" || status == "SCHEDULED" || status == "ERROR") && !hard:
		refusal = "Cannot destroy sessions in scheduled/preparing/terminating/error status"
	default:
		s.life = []string{"TERMINATED"}
	}
	m.mu.Unlock()
	if refusal != "" {
		problem(403, "generic-forbidden", "Forbidden operation.", refusal, nil).write(w)
		return
	}
	for _, name := range []string{"session_terminating", "kernel_terminating", "kernel_terminated", "session_terminated"} {
		m.tell(name, s)
	}
	reply(w, 200, map[string]any{"stats": map[string]any{"status": "terminated"}})
}

func (m *Manager) restart(w http.ResponseWriter, _ *http.Request, s *session) {
	s.mu.Lock()
	s.run, s.dead, s.moved = nil, false, true
	s.mu.Unlock()
	w.WriteHeader(204)
}

func (m *Manager) rename(w http.ResponseWriter, r *http.Request, s *session) {
	var b struct{ Name string }
	_ = json.Unmarshal(readBody(r), &b)
	if b.Name == "" {
		b.Name = r.URL.Query().Get("name")
	}
	if b.Name == "" {
		invalid("Input validation error", map[string]string{"session_name": "is required"}).write(w)
		return
	}
	if len(b.Name) < 4 {
		invalid("Input validation error", map[string]string{"name": "does not match pattern"}).write(w)
		return
	}
	m.mu.Lock()
	s.name = b.Name
	m.mu.Unlock()
	w.WriteHeader(204)
}

func (m *Manager) logs(w http.ResponseWriter, _ *http.Request, s *session) {
	s.mu.Lock()
	text := "Kernel started at: " + m.o.Now().UTC().Format(time.RFC3339) + "\r\n" + s.output.String()
	s.mu.Unlock()
	reply(w, 200, map[string]any{"result": map[string]string{"logs": text}})
}

func (m *Manager) match(w http.ResponseWriter, _ *http.Request, _ caller) {
	reply(w, 200, map[string]any{"matches": []any{}})
}

func (m *Manager) graph(w http.ResponseWriter, _ *http.Request, s *session) {
	reply(w, 200, map[string]any{"session_id": s.id, "session_name": s.name, "depends_on": []any{}})
}

func empty(w http.ResponseWriter, _ *http.Request, _ *session) { reply(w, 200, map[string]any{}) }

func commit(w http.ResponseWriter, _ *http.Request, s *session) {
	reply(w, 200, map[string]string{"status": "ready", "kernel": s.id})
}

func startService(w http.ResponseWriter, _ *http.Request, _ *session) {
	problem(503, "service-unavailable", "Serivce unavailable.", "No coordinator configured for this resource group", nil).write(w)
}

func stopService(w http.ResponseWriter, _ *http.Request, _ *session) { w.WriteHeader(204) }

// complete is what every try of the real one ended in.
func complete(w http.ResponseWriter, _ *http.Request, _ *session) { agentTimeout().write(w) }

func agentTimeout() *fault {
	f := problem(500, "kernel-execution-failed", "Executing user code in the kernel has failed.", "", nil)
	f.body["agent-details"] = map[string]any{"type": "https://api.backend.ai/probs/agent-timeout", "title": nil}
	return f
}

func agentFailure(exception string) *fault {
	f := problem(500, "kernel-execution-failed", "Executing user code in the kernel has failed.", "", nil)
	f.body["agent-details"] = map[string]any{"type": "https://api.backend.ai/probs/agent-failure",
		"title": "Agent-side exception occurred.", "exception": exception}
	return f
}

// Lose ends a session as a machine does that fails: nobody asked for it.
func (m *Manager) Lose(name string) {
	m.mu.Lock()
	var lost *session
	for _, s := range m.all {
		if s.name == name && !s.ended() {
			s.life, lost = []string{"TERMINATED"}, s
		}
	}
	m.mu.Unlock()
	if lost != nil {
		m.tell("session_terminated", lost)
	}
}

// Live are the names of the sessions that have not ended.
func (m *Manager) Live() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for _, s := range m.all {
		if !s.ended() {
			out = append(out, s.name)
		}
	}
	return out
}
