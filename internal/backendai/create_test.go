package backendai

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// newest are the recorded creates of the newest JavaScript client. It writes the older names of two keys, which managers
// take as well; in its bodies these are renamed, and nothing else is changed.
func newest(t *testing.T, method string) []requestRow {
	t.Helper()
	var out []requestRow
	for _, r := range rows[requestRow](t, "requests.jsonl") {
		if r.Method != method || !strings.HasPrefix(r.Client, "21.") {
			continue
		}
		body := strings.Replace(r.body(), `"lang":`, `"image":`, 1)
		if r.Version > "v5" {
			body = strings.Replace(body, `"clientSessionToken":`, `"name":`, 1)
		}
		r.Request.Body = body
		out = append(out, r)
	}
	return out
}

// recorded is what a recorded body holds.
type recorded struct {
	Image  string
	Name   string
	Token  string `json:"clientSessionToken"`
	Config json.RawMessage
}

func (r requestRow) recorded(t *testing.T) recorded {
	t.Helper()
	var b recorded
	if err := json.Unmarshal([]byte(r.body()), &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCreateVectors: the same image, name and config give the same body, byte for byte.
func TestCreateVectors(t *testing.T) {
	seen := 0
	for _, r := range newest(t, "createIfNotExists") {
		if strings.Contains(r.body(), "mydata") {
			continue // has options beside config: TestFullCreateVectors
		}
		seen++
		c, record := vectorClient(t, r)
		b := r.recorded(t)
		if _, err := c.CreateIfNotExists(context.Background(), b.Image, b.Name+b.Token, b.Config, ""); err != nil {
			t.Fatal(err)
		}
		if record.body != r.body() {
			t.Errorf("%s %v: body\n%s, want\n%s", r.Version, r.Args, record.body, r.body())
		}
	}
	if seen != 9 {
		t.Errorf("%d vectors", seen)
	}
}

// TestFullCreateVectors asks for everything that client has a name for. The bytes cannot be the same: it writes config last
// and amounts as numbers, where the client this one is to equal writes config third and passes amounts on as they are. So
// the keys are put into one order, and amounts into texts; the rest is compared byte for byte.
func TestFullCreateVectors(t *testing.T) {
	full := SessionSpec{Image: "lablup/python:3.8-ubuntu18.04", Name: "my-session-id", Type: Interactive, Group: "default", Domain: "default",
		ClusterSize: 1, ClusterMode: "single-node", BootstrapScript: "ZWNobyBoaQ==", Shmem: "64m", ScalingGroup: "default", Mounts: []string{"mydata"},
		MountMap: map[string]string{"mydata": "/data"}, Environ: map[string]string{"A": "1"},
		Resources: map[string]string{"cpu": "2", "mem": "4g", "cuda.device": "1"}}
	seen := 0
	for _, r := range newest(t, "createIfNotExists") {
		if !strings.Contains(r.body(), "mydata") || r.Version < "v6" {
			continue // API v4 has no place for half of them: that client sends them all the same, and managers refuse
		}
		seen++
		recorded := strings.Replace(r.body(), `"group_name":`, `"group":`, 1)
		recorded = strings.Replace(recorded, `"maxWaitSeconds":10,`, "", 1) // with enqueueOnly there is no wait to limit
		want, got := ordered(t, []byte(recorded)), ordered(t, encodeJSON(full.body(&Manager{Version: Version{6, "20220615"}}, 0)))
		if got != want {
			t.Errorf("%s, want\n%s", got, want)
		}
	}
	if seen != 1 {
		t.Errorf("%d vectors", seen)
	}
}

// ordered writes a body with its keys sorted, and amounts as text.
func ordered(t *testing.T, body []byte) string {
	t.Helper()
	var b map[string]any
	if err := json.Unmarshal(body, &b); err != nil {
		t.Fatal(err)
	}
	if config, ok := b["config"].(map[string]any); ok {
		amounts := map[string]any{}
		for slot, v := range config["resources"].(map[string]any) {
			amounts[slot] = fmt.Sprint(v)
		}
		config["resources"] = amounts
	}
	return string(encodeJSON(b))
}
