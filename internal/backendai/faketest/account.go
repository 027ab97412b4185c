package faketest

import (
	"encoding/json"
	"net/http"
)

func echo(w http.ResponseWriter, r *http.Request, _ caller) {
	text := r.URL.Query().Get("echo")
	if b := readBody(r); len(b) > 0 {
		var v any
		if json.Unmarshal(b, &v) != nil {
			invalid("Malformed body", nil).write(w)
			return
		}
		fields, ok := v.(map[string]any)
		if !ok {
			internal().write(w)
			return
		}
		text, _ = fields["echo"].(string)
	}
	if text == "" {
		invalid("Input validation error", map[string]string{"echo": "is required"}).write(w)
		return
	}
	reply(w, 200, map[string]string{"authorized": "yes", "echo": text})
}

func role(w http.ResponseWriter, _ *http.Request, who caller) {
	global, domain := "user", "user"
	if who.admin {
		global, domain = "superadmin", "admin"
	}
	reply(w, 200, map[string]any{"global_role": global, "domain_role": domain, "group_role": nil})
}

// authorize gives the key pair of a user whose password is "alice-password-1".
func (m *Manager) authorize(w http.ResponseWriter, r *http.Request, _ caller) {
	var b struct{ Username, Password string }
	_ = json.Unmarshal(readBody(r), &b)
	for access, key := range m.o.Keys {
		if key.User == b.Username && b.Password == "alice-password-1" && !key.Second && !key.Inactive {
			reply(w, 200, map[string]any{"data": map[string]string{"access_key": access, "secret_key": key.Secret, "role": "user", "status": "active"}})
			return
		}
	}
	refused("User credential mismatch.").write(w)
}

// sshKey is null until the first pair was made.
func (m *Manager) sshKey(w http.ResponseWriter, _ *http.Request, who caller) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var key any
	if public := m.ssh[who.key]; public != "" {
		key = public
	}
	reply(w, 200, map[string]any{"ssh_public_key": key})
}

func (m *Manager) newSSHKey(w http.ResponseWriter, _ *http.Request, who caller) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ssh[who.key] = "ssh-rsa AAAA " + who.user + "\n"
	reply(w, 200, map[string]string{"ssh_public_key": m.ssh[who.key], "ssh_private_key": "-----BEGIN RSA PRIVATE KEY-----\n"})
}

func presets(fits func(cpu string) bool) []map[string]any {
	out := []map[string]any{
		{"name": "small", "resource_slots": map[string]string{"cpu": "1", "mem": "268435456"}, "shared_memory": nil},
		{"name": "large", "resource_slots": map[string]string{"cpu": "64", "mem": "1099511627776"}, "shared_memory": nil},
	}
	if fits != nil {
		out[0]["allocatable"], out[1]["allocatable"] = fits("1"), fits("64")
	}
	return out
}

func (m *Manager) checkPresets(w http.ResponseWriter, _ *http.Request, who caller) {
	limits := map[string]string{}
	for slot := range m.o.Slots {
		limits[slot] = "Infinity"
	}
	if own := m.o.Keys[who.key].Limits; own != nil {
		limits = own
	}
	none := map[string]string{"cpu": "0", "mem": "0"}
	reply(w, 200, map[string]any{"keypair_limits": limits, "keypair_using": none, "keypair_remaining": limits,
		"scaling_group_remaining": map[string]string{"cpu": "2", "mem": "24940965888"},
		"scaling_groups":          map[string]any{"default": map[string]any{"using": none, "remaining": none}},
		"presets":                 presets(func(cpu string) bool { return cpu == "1" })})
}

func scalingGroups(w http.ResponseWriter, r *http.Request, _ caller) {
	if r.URL.Query().Get("group") == "" {
		invalid("Input validation error", map[string]string{"group": "is required"}).write(w)
		return
	}
	reply(w, 200, map[string]any{"scaling_groups": []map[string]string{{"name": "default"}}})
}
