package backendai

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// wrongEndpoint says that those clients signed another host or path than they sent: a slash at the end, the scheme's own
// port, a prefix that is not signed, capital letters, no scheme. What this client does with these is in TestEndpoints.
func wrongEndpoint(r requestRow) bool {
	return slices.Contains([]string{"http://127.0.0.1:8081/", "https://mgr.example.com:443", "https://mgr.example.com/prefix",
		"HTTP://MGR.Example.COM:8081", "mgr.example.com:8081"}, r.Endpoint)
}

// TestEnvelopeVectors makes each recorded request of every client from its method, path and body alone: the URL, the
// headers and the signature must be those that were recorded, byte for byte.
func TestEnvelopeVectors(t *testing.T) {
	made := 0
	for i, r := range rows[requestRow](t, "requests.jsonl") {
		switch {
		case r.Request == nil, wrongEndpoint(r), !signedAsSent(r):
			continue
		}
		t.Run(fmt.Sprintf("%d %s %s", i, r.Client, r.Method), func(t *testing.T) { checkEnvelope(t, r) })
		made++
	}
	if made != 173 { // of 189; 15 have an endpoint that was signed as it must not be, one an id
		t.Errorf("%d requests were made", made)
	}
}

// signedAsSent is false for ids that 0.4.0 signed in one spelling and sent in another.
func signedAsSent(r requestRow) bool {
	return r.StringToSign == "" || r.Captured != "" || strings.Split(r.StringToSign, "\n")[1] == r.Request.Path
}

func checkEnvelope(t *testing.T, r requestRow) {
	c, _ := vectorClient(t, r)
	h := r.Request.Header
	k := call{method: r.Request.Method, path: r.Request.Path, ctype: h["content-type"], unsigned: h["authorization"] == "", quiet: h["x-backendai-version"] == ""}
	k.path = strings.TrimPrefix(strings.TrimPrefix(k.path+strings.TrimPrefix(r.Request.URI, c.ends[0].String()), "/func"), "/v2/../")
	if r.body() != "" {
		k.body = []byte(r.body())
	}
	m := &Manager{}
	if !k.quiet {
		m.Version, _ = ParseVersion(h["x-backendai-version"])
	}
	q, err := c.request(context.Background(), c.ends[0], k, m)
	if err != nil {
		t.Fatal(err)
	}
	compareEnvelope(t, r, q)
}

func compareEnvelope(t *testing.T, r requestRow, q *http.Request) {
	t.Helper()
	if got := q.URL.RequestURI(); r.Request.Path != "" && got != r.Request.Path {
		t.Errorf("path %s, want %s", got, r.Request.Path)
	}
	if got := q.URL.String(); r.Request.URI != "" && got != r.Request.URI {
		t.Errorf("URI %s, want %s", got, r.Request.URI)
	}
	if q.Body != nil {
		if got, _ := io.ReadAll(q.Body); string(got) != r.body() {
			t.Errorf("body %s", got)
		}
	}
	for name, want := range r.Request.Header {
		got := q.Header.Get(name)
		if name == "host" {
			got = q.Host
		}
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestCreateVectors asks for the same sessions as the newest JavaScript client: the bodies mean the same to a manager, which
// takes several names for one thing.
func TestCreateVectors(t *testing.T) {
	full := SessionSpec{Image: "lablup/python:3.8-ubuntu18.04", Name: "my-session-id", Type: Interactive, Group: "default", Domain: "default",
		ClusterSize: 1, ClusterMode: "single-node", BootstrapScript: "ZWNobyBoaQ==", Shmem: "64m", ScalingGroup: "default", Mounts: []string{"mydata"},
		MountMap: map[string]string{"mydata": "/data"}, Environ: map[string]string{"A": "1"},
		Resources: map[string]string{"cpu": "2", "mem": "4g", "cuda.device": "1"}}
	m := &Manager{Version: Version{6, "20220615"}}
	seen := 0
	for _, r := range rows[requestRow](t, "requests.jsonl") {
		if r.Method != "createIfNotExists" || r.fork() || r.Version != "v6.20220615" || len(r.Args) != 3 || !strings.Contains(r.body(), "mydata") {
			continue
		}
		seen++
		want, got := named(t, []byte(r.body())), named(t, encodeJSON(full.body(m, 0)))
		want["maxWaitSeconds"] = nil // it waits and does not wait at once
		got["maxWaitSeconds"] = nil
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%v, want\n%v", got, want)
		}
	}
	if seen != 1 {
		t.Errorf("%d vectors", seen)
	}
}

// named reads a body with each thing under one name, and amounts as text.
func named(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var b map[string]any
	if err := json.Unmarshal(body, &b); err != nil {
		t.Fatal(err)
	}
	for old, name := range map[string]string{"lang": "image", "clientSessionToken": "name", "group_name": "group"} {
		if v, ok := b[old]; ok {
			b[name] = v
			delete(b, old)
		}
	}
	if config, ok := b["config"].(map[string]any); ok {
		amounts := map[string]any{}
		for slot, v := range config["resources"].(map[string]any) {
			amounts[slot] = fmt.Sprint(v)
		}
		config["resources"] = amounts
	}
	return b
}
