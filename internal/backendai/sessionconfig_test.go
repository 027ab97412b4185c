package backendai

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestBareErrorOfACreate: a manager that does not say what it did not take gets a word about what that mostly is.
func TestBareErrorOfACreate(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/" {
			_, _ = io.WriteString(w, `{"version":"v7.20230615","manager":"test"}`)
			return
		}
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"type":"https://api.backend.ai/probs/internal-server-error","title":"Internal server error."}`)
	}))
	defer server.Close()
	c, err := New(Config{AccessKey: "A", SecretKey: "S", Endpoints: []string{server.URL}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.CreateIfNotExists(context.Background(), "python", "bare", json.RawMessage(`{"resource_opts":{"shmem":"much"}}`), "")
	if e := (*Error)(nil); !errors.As(err, &e) || !strings.Contains(e.Hint, "a value in a session's config") {
		t.Errorf("%v, hint %v", err, e)
	}
}

// TestConfigKeysOfVersions: each API version has its own keys of config.
func TestConfigKeysOfVersions(t *testing.T) {
	for key, versions := range map[string]string{
		"instanceMemory": "v4.20190115", "clusterSize": "v4.20190115 v4.20190615 v5.20191215", "resources": "v4.20190615 v5.20191215 v7.20230615 v9.20250722",
		"mount_map": "v5.20191215 v7.20230615 v9.20250722", "agent_list": "v7.20230615 v9.20250722", "mount_ids": "v9.20250722",
	} {
		for _, text := range []string{"v4.20190115", "v4.20190615", "v5.20191215", "v7.20230615", "v9.20250722"} {
			v, _ := ParseVersion(text)
			err := checkConfigKey(key, &Manager{Server: v, Version: v})
			if strings.Contains(versions, text) != (err == nil) {
				t.Errorf("%s on %s: %v", key, text, err)
			}
		}
	}
}
