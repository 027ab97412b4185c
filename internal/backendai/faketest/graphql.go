package faketest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// query is a GraphQL request.
type query struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables"`
}

func gqlError(message string) *fault {
	return problem(400, "graphql-error", "GraphQL-generated error.", "", []any{map[string]string{"message": message}})
}

func (m *Manager) graphql(w http.ResponseWriter, r *http.Request, who caller) {
	var q query
	_ = json.Unmarshal(readBody(r), &q)
	data, f := m.resolve(q, who)
	if f != nil {
		f.write(w)
		return
	}
	reply(w, 200, data)
}

// graphqlToo is the newer path: data and errors side by side.
func (m *Manager) graphqlToo(w http.ResponseWriter, r *http.Request, who caller) {
	var q query
	_ = json.Unmarshal(readBody(r), &q)
	data, f := m.resolve(q, who)
	if f != nil {
		reply(w, 200, map[string]any{"data": nil, "errors": f.body["data"]})
		return
	}
	reply(w, 200, map[string]any{"data": data})
}

// resolve answers one field, the first that the query names. The selection is not looked at: all fields come.
func (m *Manager) resolve(q query, who caller) (map[string]any, *fault) {
	if change := regexp.MustCompile(`^\s*mutation.*?\{([a-z_]+)`).FindStringSubmatch(q.Query); change != nil {
		return map[string]any{change[1]: changed(change[1])}, nil
	}
	name := regexp.MustCompile(`\{\s*([a-z_]+)`).FindStringSubmatch(q.Query)
	if name == nil {
		if strings.Contains(q.Query, "__schema") {
			return nil, gqlError("Cannot query '__schema': introspection is disabled.")
		}
		return nil, internal()
	}
	admins := []string{"users", "agent_list", "agents"}
	if slices.Contains(admins, name[1]) && !who.admin {
		return nil, gqlError("Forbidden operation. (superadmin privilege required)")
	}
	answer, known := m.field(name[1], q, who)
	if !known {
		return nil, gqlError("Cannot query field '" + name[1] + "' on type 'Queries'.")
	}
	return map[string]any{name[1]: answer}, nil
}

// changed answers a mutation: what it cannot do is a 200, too. One of 23.09 lets everybody do what its code keeps for admins.
func changed(field string) map[string]any {
	if field == "rescan_images" {
		return map[string]any{"ok": true, "msg": "", "task_id": uuid(800)}
	}
	return map[string]any{"ok": false, "msg": "no matching " + strings.ReplaceAll(field, "_", "")}
}

func (m *Manager) field(name string, q query, who caller) (any, bool) {
	key := m.o.Keys[who.key]
	switch name {
	case "compute_session_list":
		return m.listed(q, who), true
	case "compute_sessions":
		return m.oldListed(who), !m.modern()
	case "compute_session":
		return m.one(q), true
	case "images":
		out := []any{}
		for _, ref := range m.o.Images {
			out = append(out, image(ref))
		}
		return out, true
	case "image":
		ref, _ := q.Variables["r"].(string)
		if m.image(ref) == "" {
			return nil, true
		}
		return image(m.image(ref)), true
	case "keypair":
		return map[string]any{"access_key": who.key, "is_active": true, "is_admin": key.Admin, "rate_limit": m.rate(who.key), "user_id": key.User}, true
	case "keypairs":
		return m.pairs(who), true
	case "user":
		return map[string]any{"email": key.User, "role": "user", "groups": []any{map[string]string{"id": uuid(900), "name": "default"}}}, true
	case "users", "groups", "keypair_resource_policy", "agent_list", "scaling_groups":
		return m.static(name), name != "scaling_groups" || who.admin
	}
	return nil, false
}

func (m *Manager) static(name string) any {
	return map[string]any{
		"users":                   []any{map[string]any{"email": "alice@example.test", "role": "user", "status": "active"}},
		"groups":                  []any{map[string]any{"id": uuid(900), "name": "default", "domain_name": "default"}},
		"keypair_resource_policy": map[string]any{"name": "default", "max_concurrent_sessions": 20, "total_resource_slots": "{}"},
		"agent_list":              map[string]any{"items": []any{map[string]any{"id": "i-fake", "status": "ALIVE"}}, "total_count": 1},
		"scaling_groups":          []any{map[string]any{"name": "default"}},
	}[name]
}

func (m *Manager) pairs(who caller) []any {
	out := []any{}
	for access, key := range m.o.Keys {
		if key.User == m.o.Keys[who.key].User || who.admin {
			out = append(out, map[string]any{"access_key": access, "is_active": !key.Inactive, "user_id": key.User})
		}
	}
	return out
}

func image(ref string) map[string]any {
	registry, rest, _ := strings.Cut(ref, "/")
	name, tag, _ := strings.Cut(rest, ":")
	return map[string]any{"name": name, "registry": registry, "tag": tag, "architecture": "x86_64", "installed": true,
		"resource_limits": []any{map[string]any{"key": "cpu", "min": "1", "max": nil}}}
}

func (s *session) item() map[string]any {
	ports, _ := json.Marshal(s.apps(true))
	occupied, _ := json.Marshal(s.requested)
	return map[string]any{"id": s.id, "name": s.name, "status": s.status(), "status_info": "", "image": s.image, "type": "INTERACTIVE",
		"created_at": "2026-11-21T20:07:00+00:00", "terminated_at": nil, "occupied_slots": string(occupied), "service_ports": string(ports),
		"result": s.result, "access_key": s.owner}
}

func (m *Manager) listed(q query, who caller) any {
	statuses, _ := q.Variables["status"].(string)
	limit, _ := q.Variables["limit"].(float64)
	offset, _ := q.Variables["offset"].(float64)
	m.mu.Lock()
	defer m.mu.Unlock()
	items := []any{}
	for _, s := range m.all {
		if s.owner == who.key && (statuses == "" || slices.Contains(strings.Split(statuses, ","), s.status())) {
			items = append(items, s.item())
		}
	}
	from := min(int(offset), len(items))
	return map[string]any{"items": items[from:min(from+int(limit), len(items))], "total_count": len(items)}
}

func (m *Manager) oldListed(who caller) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	items := []any{}
	for _, s := range m.all {
		if s.owner == who.key && s.status() == "RUNNING" {
			items = append(items, map[string]any{"sess_id": s.name, "lang": s.image, "status": s.status(), "created_at": "", "terminated_at": nil})
		}
	}
	return items
}

// oneOld looks a session up by name, as API v4 did.
func (m *Manager) oneOld(name string) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.all {
		if s.name == name {
			return map[string]any{"sess_id": s.name, "lang": s.image, "status": s.status(), "service_ports": "[]"}
		}
	}
	return nil
}

// one looks a session up by id, ended ones too; time goes on for it as for a look by REST.
func (m *Manager) one(q query) any {
	id, _ := q.Variables["i"].(string)
	if name, old := q.Variables["sid"].(string); old && !m.modern() {
		return m.oneOld(name)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.all {
		if s.id == id {
			item := s.item()
			if !s.ended() {
				s.look()
			}
			return item
		}
	}
	return nil
}
