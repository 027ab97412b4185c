package faketest

import (
	"encoding/json"
	"net/http"
)

// DefaultTemplate is the id of the one template there is: the first image with a processor and 256 MiB.
const DefaultTemplate = "0f0d1c3e-0000-4000-8000-000000000001"

// createFromTemplate fills in what the template says and the body does not. Like the real one it has not looked whether
// there is such a template.
func (m *Manager) createFromTemplate(w http.ResponseWriter, r *http.Request, who caller) {
	var keys map[string]json.RawMessage
	if json.Unmarshal(readBody(r), &keys) != nil {
		invalid("Malformed body", nil).write(w)
		return
	}
	var id string
	_ = json.Unmarshal(keys["template_id"], &id)
	delete(keys, "template_id")
	if id != DefaultTemplate {
		internal().write(w)
		return
	}
	if keys["image"] == nil {
		keys["image"], _ = json.Marshal(m.o.Images[0])
	}
	var config map[string]json.RawMessage
	_ = json.Unmarshal(keys["config"], &config)
	if config["scaling_group"] == nil { // the template has none, and nobody looks
		internal().write(w)
		return
	}
	if resources := string(config["resources"]); resources == "" || resources == "{}" {
		config["resources"] = json.RawMessage(`{"cpu":"1","mem":"268435456"}`)
		keys["config"], _ = json.Marshal(config)
	}
	body, _ := json.Marshal(keys)
	q, f := m.parseCreate(r, body)
	if f != nil {
		f.write(w)
		return
	}
	m.make(w, q, who)
}
