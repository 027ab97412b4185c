package faketest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// session is a compute session.
type session struct {
	id, name, image, owner, tag string
	command                     string // batch
	life                        []string
	requested                   map[string]string
	ports                       []int
	boot                        string

	mu     sync.Mutex // guards what follows
	files  map[string][]byte
	run    *run
	dead   bool // a run was left open: nothing answers any more
	output strings.Builder
	moved  bool // restarted: tunnels are dead
	result string
}

func (s *session) status() string { return s.life[0] }
func (s *session) ended() bool    { return s.life[0] == "TERMINATED" || s.life[0] == "CANCELLED" }

// look is what time does to a session: it goes one step on.
func (s *session) look() {
	if len(s.life) > 1 {
		s.life = s.life[1:]
	}
}

func uuid(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

// createRequest is the body of a create.
type createRequest struct {
	Name    string `json:"name"`
	Token   string `json:"clientSessionToken"`
	Image   string `json:"image"`
	Lang    string `json:"lang"`
	Type    string `json:"type"`
	Group   string `json:"group"`
	Domain  string `json:"domain"`
	Tag     string `json:"tag"`
	Command string `json:"startupCommand"`
	Boot    string `json:"bootstrap_script"`
	Reuse   *bool  `json:"reuseIfExists"`
	Enqueue bool   `json:"enqueueOnly"`
	Config  struct {
		Resources map[string]any    `json:"resources"`
		Ports     []int             `json:"preopen_ports"`
		Environ   map[string]string `json:"environ"`
		Mounts    []string          `json:"mounts"`
		MountMap  map[string]string `json:"mount_map"`
		Options   map[string]string `json:"resource_opts"`
		Scaling   string            `json:"scaling_group"`
		Cluster   any               `json:"clusterSize"`
		Memory    any               `json:"instanceMemory"`
	} `json:"config"`
}

func (m *Manager) createSession(w http.ResponseWriter, r *http.Request, who caller) {
	body := readBody(r)
	if len(body) == 0 {
		body = []byte("{}")
	}
	q, f := m.parseCreate(r, body)
	if f != nil {
		f.write(w)
		return
	}
	m.make(w, q, who)
}

// make answers a create whose body is good.
func (m *Manager) make(w http.ResponseWriter, q createRequest, who caller) {
	s, created, f := m.admitSession(q, who)
	if f != nil {
		f.write(w)
		return
	}
	m.mu.Lock()
	for !q.Enqueue && len(s.life) > 1 && !m.o.NoRoom {
		s.look()
	}
	status := s.status()
	m.mu.Unlock()
	if created {
		m.tell("kernel_preparing", s)
		if status == "RUNNING" {
			m.tell("kernel_started", s)
		}
	}
	m.created(w, s, status, created)
}

func (m *Manager) created(w http.ResponseWriter, s *session, status string, created bool) {
	body := map[string]any{"status": status, "created": created}
	if m.modern() {
		body["sessionId"], body["sessionName"] = s.id, s.name
	} else {
		body["sessId"] = s.name
	}
	var ports any = []any{}
	if status == "RUNNING" {
		ports = s.apps(!created)
	}
	if created {
		body["servicePorts"] = ports
	} else if body["service_ports"] = ports; status != "RUNNING" {
		body["service_ports"] = nil
	}
	reply(w, 201, body)
}

func (m *Manager) parseCreate(r *http.Request, body []byte) (q createRequest, f *fault) {
	var keys map[string]json.RawMessage
	if json.Unmarshal(body, &keys) != nil {
		return q, invalid("Malformed body", nil)
	}
	if bad := unknownKeys(keys); bad != "" {
		return q, invalid("Input validation error", map[string]string{bad: bad + " is not allowed key"})
	}
	if json.Unmarshal(body, &q) != nil {
		return q, internal()
	}
	if q.Name == "" {
		q.Name = q.Token
	}
	if q.Image == "" {
		q.Image = q.Lang
	}
	return q, m.checkCreate(r, q)
}

func unknownKeys(keys map[string]json.RawMessage) string {
	known := strings.Fields("name clientSessionToken session_name image lang architecture type sessionType group domain cluster_size cluster_mode config tag " +
		"enqueueOnly maxWaitSeconds reuseIfExists starts_at batch_timeout startupCommand bootstrap_script dependencies callback_url owner_access_key priority group_name")
	for k := range keys {
		if !slices.Contains(known, k) {
			return k
		}
	}
	return ""
}

func (m *Manager) checkCreate(r *http.Request, q createRequest) *fault {
	missing := map[string]string{}
	if q.Name == "" {
		missing["session_name"] = "is required"
	}
	if q.Image == "" {
		missing["image"] = "is required"
	}
	if len(missing) > 0 {
		return invalid("Input validation error", missing)
	}
	if !regexp.MustCompile(`^\w[\w.-]{2,62}\w$`).MatchString(q.Name) {
		return invalid("Input validation error", map[string]string{"name": "does not match pattern"})
	}
	if q.Type != "" && !slices.Contains([]string{"interactive", "batch", "inference", "system"}, q.Type) {
		return invalid("Input validation error", map[string]string{"type": "value must be one of the session types"})
	}
	if m.modern() && r.Header.Get("X-BackendAI-Version") < "v5" && m.o.Web == nil || q.Config.Cluster != nil && m.modern() || q.Config.Memory != nil {
		return internal()
	}
	return m.checkPlace(q)
}

// checkPlace checks what the body names: image, project, slots, ports.
func (m *Manager) checkPlace(q createRequest) *fault {
	for _, p := range q.Config.Ports {
		if p < 1024 || p > 65535 {
			return internal()
		}
	}
	if m.image(q.Image) == "" {
		return problem(404, "object-not-found", "No such environment image.",
			fmt.Sprintf("Unknown image references: ref:'%s', alias:'%s'", q.Image, q.Image), nil)
	}
	if q.Type == "batch" && q.Command == "" {
		return invalid("Batch sessions must have a non-empty startup command.", nil)
	}
	if q.Domain != "" && q.Domain != "default" {
		return invalid("You can only set the domain to your domain.", nil)
	}
	if q.Group != "" && q.Group != "default" {
		return invalid("Invalid group", nil)
	}
	if q.Config.Scaling != "" && q.Config.Scaling != "default" {
		return problem(404, "object-not-found", "No such scaling group.", "", nil)
	}
	for slot, v := range q.Config.Resources {
		if m.o.Slots[slot] == "" {
			return invalid("Invalid resource allocation: Unknown slot "+slot, nil)
		}
		if slot == "mem" && fmt.Sprint(v) == "16m" {
			return invalid("Your resource request is smaller than the minimum required by the image.", nil)
		}
	}
	return nil
}

// image resolves a name or an alias; "" is unknown.
func (m *Manager) image(ref string) string {
	if slices.Contains(m.o.Images, ref) {
		return ref
	}
	if ref == "python" || ref == "python:latest" {
		return m.o.Images[0]
	}
	return ""
}

// admitSession finds the live session of that name, or makes one.
func (m *Manager) admitSession(q createRequest, who caller) (*session, bool, *fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	image := m.image(q.Image)
	for _, s := range m.all {
		if s.ended() || s.owner != who.key || s.name != q.Name {
			continue
		}
		if s.image != image || q.Reuse != nil && !*q.Reuse {
			return nil, false, problem(400, "session-already-exists", "The session already exists but you requested not to reuse existing one.", "",
				map[string]string{"existingSessionId": s.id})
		}
		return s, false, nil
	}
	s := &session{id: uuid(len(m.all) + 1), name: q.Name, image: image, owner: who.key, tag: q.Tag, command: q.Command, boot: q.Boot,
		life: slices.Clone(m.o.Life), ports: q.Config.Ports, files: map[string][]byte{"id_container": m.shells.key}, requested: map[string]string{}, result: "UNDEFINED"}
	for k, v := range q.Config.Resources {
		s.requested[k] = fmt.Sprint(v)
	}
	if m.o.NoRoom {
		s.life = []string{"PENDING"}
	}
	if q.Type == "batch" {
		s.runBatch()
	}
	m.all = append(m.all, s)
	return s, true, nil
}

// find is a live session of the caller by id or name; ended ones count where the real one counts them.
func (m *Manager) find(id string, who caller, withEnded bool) (*session, *fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []*session
	for _, s := range m.all {
		if s.owner == who.key && (s.id == id || s.name == id) && (withEnded || !s.ended()) {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 0:
		return nil, problem(404, "object-not-found", "No such session.", "Session (id="+id+") does not exist.", nil)
	case 1:
		return found[0], nil
	}
	var matches []map[string]string
	for _, s := range found {
		matches = append(matches, map[string]string{"id": s.id, "name": s.name, "status": s.status()})
	}
	return nil, problem(404, "too-many-sessions-matched", "Too many sessions matched.", "", map[string]any{"matches": matches})
}

func (m *Manager) withSession(id string, withEnded bool, do func(http.ResponseWriter, *http.Request, *session)) handler {
	return func(w http.ResponseWriter, r *http.Request, who caller) {
		s, f := m.find(id, who, withEnded)
		if f != nil {
			f.write(w)
			return
		}
		do(w, r, s)
	}
}

// apps are the services of a session; raw is how a reused session writes them.
func (s *session) apps(raw bool) []map[string]any {
	key := "ports"
	if raw {
		key = "container_ports"
	}
	out := []map[string]any{{"name": "sshd", "protocol": "tcp", key: []int{2200}}, {"name": "ttyd", "protocol": "http", key: []int{7681}}}
	for _, p := range s.ports {
		out = append(out, map[string]any{"name": fmt.Sprint(p), "protocol": "preopen", key: []int{p}})
	}
	return out
}
