package luabind_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind"
)

// recordedAnswer is the first good answer of a real manager to a request.
func recordedAnswer(t *testing.T, method, path string) string {
	t.Helper()
	text, err := os.ReadFile("../internal/backendai/testdata/exchanges.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		var row struct {
			Request struct{ Method, Path string } `json:"request"`
			Answer  struct {
				Status int
				Body   json.RawMessage
			} `json:"server_answer"`
		}
		if json.Unmarshal(lines.Bytes(), &row) == nil && row.Request.Method == method && row.Request.Path == path && row.Answer.Status/100 == 2 {
			body := ""
			if _ = json.Unmarshal(row.Answer.Body, &body); strings.HasPrefix(body, "[") { // the recording cuts long ones: the first item is enough
				first, _, _ := strings.Cut(body, "}")
				return first + "}]"
			}
			if len(body) > len(`{"invitations": []}`) && json.Valid([]byte(body)) {
				return body
			}
		}
	}
	t.Fatalf("no row of %s %s", method, path)
	return ""
}

// TestBackendAIWholeAnswersOfManagers: what a manager tells is what a script gets: no field is lost, and none is made up.
func TestBackendAIWholeAnswersOfManagers(t *testing.T) {
	for call, request := range map[string][2]string{
		`client.vfolder.info("models")`:                  {"GET", "/folders/models"},
		`client.vfolder.create("models")`:                {"POST", "/folders"},
		`client.vfolder.list()`:                          {"GET", "/folders"},
		`{ presets = client.resource_preset.list() }`:    {"GET", "/resource/presets"},
		`client.vfolder.list_hosts()`:                    {"GET", "/folders/_/hosts"},
		`{ invitations = client.vfolder.invitations() }`: {"GET", "/folders/invitations/list"},
	} {
		answer := recordedAnswer(t, request[0], request[1])
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if r.URL.Path == "/" {
				answer := `{"version":"v7.20230615","manager":"23.09.10"}`
				_, _ = io.WriteString(w, answer)
				return
			}
			_, _ = io.WriteString(w, answer)
		}))
		var out strings.Builder
		rt, err := luabind.New(luabind.Config{Stdout: &out, Stderr: io.Discard, BackendAI: backendai.Sources{LookupEnv: managerEnv}})
		if err != nil {
			t.Fatal(err)
		}
		err = rt.RunString(context.Background(), "whole.lua", fmt.Sprintf("local client = require('backendai').client{ endpoint = %q }\nprint(json.encode(%s))", server.URL, call))
		if got, want := sortedKeys(strings.TrimSpace(out.String())), withoutNulls(t, answer); err != nil || got != want {
			t.Errorf("%s: %v, gives\n%s, want\n%s", call, err, got, want)
		}
		rt.Close()
		server.Close()
	}
}

// TestBackendAIWholeLimits: limits and presets keep their form, and a list of presets does not say that they do not fit.
func TestBackendAIWholeLimits(t *testing.T) {
	prints(t, `
local client = require("backendai").client()
local limits = client.resource_preset.check()
print(limits.keypair_remaining.cpu, limits.scaling_groups.default.using.mem, limits.presets[1].allocatable, limits.presets[1].resource_slots.mem)
local preset = client.resource_preset.list()[1]
print(preset.name, preset.resource_slots.cpu, preset.allocatable, preset.shared_memory)
`, "Infinity\t0\ttrue\t268435456\nsmall\t1\tnil\tnil\n")
}

// withoutNulls is JSON with its keys in order, and without those that are null, as a Lua table has them.
func withoutNulls(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	var drop func(any)
	drop = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, item := range v {
				if drop(item); item == nil {
					delete(v, k)
				}
			}
		case []any:
			for _, item := range v {
				drop(item)
			}
		}
	}
	drop(v)
	out, _ := json.Marshal(v)
	return string(out)
}
