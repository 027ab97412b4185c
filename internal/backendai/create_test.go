package backendai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// recorded is what a recorded create holds.
type recorded struct {
	Image  string
	Name   string
	Token  string `json:"clientSessionToken"`
	Config json.RawMessage
}

// playNewestCreate gives the image, the name and the config that a newer client has sent.
func playNewestCreate(c *Client, r requestRow) error {
	var b recorded
	if err := json.Unmarshal([]byte(r.body()), &b); err != nil {
		return err
	}
	_, err := c.CreateIfNotExists(context.Background(), b.Image, b.Name+b.Token, b.Config, "")
	return err
}

// full says that a create has options beside config.
func (r requestRow) full() bool { return !r.fork() && strings.Contains(r.body(), "mydata") }

// fullSpec is everything that the newest client has a name for.
func fullSpec() SessionSpec {
	return SessionSpec{Image: "lablup/python:3.8-ubuntu18.04", Name: "my-session-id", Type: Interactive, Group: "default", Domain: "default",
		ClusterSize: 1, ClusterMode: "single-node", BootstrapScript: "ZWNobyBoaQ==", Shmem: "64m", ScalingGroup: "default", Mounts: []string{"mydata"},
		MountMap: map[string]string{"mydata": "/data"}, Environ: map[string]string{"A": "1"},
		Resources: map[string]string{"cpu": "2", "mem": "4g", "cuda.device": "1"}}
}

// TestFullCreateVectors asks for everything that client has a name for. The bytes cannot be the same: it writes config last
// and amounts as numbers, where the client this one is to equal writes config third and passes amounts on as they are. So
// the keys are put into one order, and amounts into texts; the rest is compared byte for byte.
func TestFullCreateVectors(t *testing.T) {
	seen := 0
	for _, r := range rows[requestRow](t, "requests.jsonl") {
		if r.Method != "createIfNotExists" || !r.full() {
			continue
		}
		seen++
		r = r.rewritten()
		recorded := strings.Replace(r.body(), `"group_name":`, `"group":`, 1)
		recorded = strings.Replace(recorded, `"maxWaitSeconds":10,`, "", 1) // with enqueueOnly there is no wait to limit
		spec, version := fullSpec(), Version{6, "20220615"}
		if r.Version < "v5" {
			recorded = placedForV4(recorded)
			spec.ClusterMode, spec.MountMap, version = "", nil, Version{4, "20190615"}
		}
		m := &Manager{Version: version}
		if err := spec.check(m); err != nil {
			t.Error(err)
		}
		if want, got := ordered(t, []byte(recorded)), ordered(t, encodeJSON(spec.body(m, 0))); got != want {
			t.Errorf("%s: %s, want\n%s", r.Version, got, want)
		}
	}
	if seen != 2 {
		t.Errorf("%d vectors", seen)
	}
}

// placedForV4 puts the size of a cluster where API v4 has its place, and leaves out the two options that have none in it: that
// client sends them all the same, where it is refused; here the caller is told.
func placedForV4(body string) string {
	return strings.NewReplacer(`"cluster_size":1,`, "", `"cluster_mode":"single-node",`, "", `"mount_map":{"mydata":"/data"},`, "",
		`"config":{`, `"config":{"clusterSize":1,`).Replace(body)
}

// TestV4HasNoPlace: what API v4 has no place for is refused before anything is sent.
func TestV4HasNoPlace(t *testing.T) {
	for want, change := range map[string]func(*SessionSpec){
		"a cluster mode": func(s *SessionSpec) { s.ClusterMode = "single-node" },
		"a mount map":    func(s *SessionSpec) { s.MountMap = map[string]string{"a": "b"} },
	} {
		spec := SessionSpec{Name: "name", Image: "python"}
		change(&spec)
		if err := spec.check(&Manager{Version: Version{4, "20190615"}}); !errors.As(err, new(*UnsupportedError)) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
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
