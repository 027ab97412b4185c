package luabind_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// javaScriptCall is a call of the JavaScript client, and the request that it made.
type javaScriptCall struct {
	Client  string            `json:"client_version"`
	Version string            `json:"api_version"`
	Mode    string            `json:"connection_mode"`
	Method  string            `json:"method_called"`
	Args    []json.RawMessage `json:"args"`
	Request *struct {
		Method, Path string
		Body         any
	} `json:"request"`
}

// javaScriptCalls are those of the client that this module is to equal, and newer ones that are alike, in API mode.
func javaScriptCalls(t *testing.T) (out []javaScriptCall) {
	t.Helper()
	text, err := os.ReadFile("../internal/backendai/testdata/requests.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		var c javaScriptCall
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.Mode == "API" && c.Request != nil && !c.otherwise() && (strings.HasPrefix(c.Client, "0.4.0-fork") || c.newer()) {
			out = append(out, c)
		}
	}
	return out
}

// newer says that a call is one of a newer client to a current manager, which both clients make alike.
func (c javaScriptCall) newer() bool {
	return c.Version == "v6.20220615" && slices.Contains([]string{"get_info", "get_logs", "destroy", "restart", "execute", "runCode", "upload",
		"download_single", "shutdown_service", "createSessionFromTemplate", "vfolder.list", "vfolder.info", "vfolder.list_files", "vfolder.mkdir", "vfolder.delete",
		"resourcePreset.list", "get_resource_slots"}, c.Method)
}

// otherwise says what has another form here: requests that are no method, a create without a name (managers refuse it), and
// the upload into a folder, which takes the name of a file.
func (c javaScriptCall) otherwise() bool {
	return c.Method == "newSignedRequest" || c.Method == "createIfNotExists" && len(c.Args) == 1 || c.Method == "vfolder.upload"
}

// lua is the same call in Lua: the name in snake_case, the arguments as they are.
func (c javaScriptCall) lua() string {
	name := strings.ToLower(regexp.MustCompile(`[A-Z]`).ReplaceAllString(c.Method, "_$0"))
	var args []string
	for _, a := range c.Args {
		args = append(args, luaWord(a))
	}
	if space, method, grouped := strings.Cut(name, "."); grouped {
		return fmt.Sprintf("client.%s.%s(%s)", space, method, strings.Join(args, ", "))
	}
	return fmt.Sprintf("client:%s(%s)", name, strings.Join(args, ", "))
}

func luaWord(arg json.RawMessage) string {
	var file struct {
		Text *string `json:"$bytes_utf8"`
		Blob *string `json:"$blob_utf8"`
	}
	_ = json.Unmarshal(arg, &file)
	switch {
	case file.Blob != nil:
		return fmt.Sprintf("%q", *file.Blob)
	case file.Text != nil:
		return fmt.Sprintf("%q", *file.Text)
	case string(arg) == "null", bytes.Contains(arg, []byte("$undefined")):
		return "nil"
	}
	return "json.decode([==[" + string(arg) + "]==])"
}

// asked remembers the first request that is no handshake.
type asked struct {
	version            string // the manager's
	mu                 sync.Mutex
	method, path, body string
	bodies             []string // of this and all later ones
}

func (a *asked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	if a.method == "" || a.path == "/" {
		a.method, a.path, a.body, a.bodies = r.Method, r.URL.RequestURI(), string(body), nil
	}
	a.bodies = append(a.bodies, sortedKeys(string(body)))
	a.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	answer := `{"sessionId":"s","status":"RUNNING","result":{},"files":"[]","compute_sessions":[]}`
	if r.URL.Path == "/" {
		answer = fmt.Sprintf(`{"version":%q,"manager":"test"}`, a.version)
	}
	_, _ = io.WriteString(w, answer)
}

// TestJavaScriptCallsFromLua: a program for the JavaScript client, written in Lua with the same names and arguments, makes
// the same requests.
func TestJavaScriptCallsFromLua(t *testing.T) {
	calls := javaScriptCalls(t)
	if len(calls) != 68 {
		t.Errorf("%d calls", len(calls))
	}
	for _, c := range calls {
		t.Run(c.lua(), func(t *testing.T) { checkCall(t, c) })
	}
}

func checkCall(t *testing.T, c javaScriptCall) {
	a := requestOf(t, c.Version, c.lua())
	body, _ := c.Request.Body.(string)
	body = strings.Replace(body, `,"options":null`, "", 1) // nil is both null and undefined: it is left out
	if a.method != c.Request.Method || a.path != c.Request.Path {
		t.Errorf("%s %s, want %s %s", a.method, a.path, c.Request.Method, c.Request.Path)
	}
	if want := sortedKeys(body); !slices.Contains(a.bodies, want) && !c.ownBody() {
		t.Errorf("bodies %q, want %s", a.bodies, want)
	}
}

// ownBody says where the bytes are another matter: a form has a border of chance.
func (c javaScriptCall) ownBody() bool {
	return slices.Contains([]string{"upload"}, c.Method)
}

// sortedKeys writes JSON with its keys in order, since those of a Lua table have none.
func sortedKeys(body string) string {
	var v any
	if json.Unmarshal([]byte(body), &v) != nil {
		return body
	}
	text, _ := json.Marshal(v)
	return string(text)
}
