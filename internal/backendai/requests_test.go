package backendai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// recorder answers everything with {} and remembers the last request that was no handshake.
type recorder struct {
	version string
	last    *http.Request
	body    string
}

func (r *recorder) RoundTrip(q *http.Request) (*http.Response, error) {
	answer := `{"sessionId":"s","result":{},"token":"t","url":"http://storage.example/upload","authenticated":true,"files":"[]"}`
	if strings.TrimPrefix(q.URL.Path, "/func") == "/" {
		answer = fmt.Sprintf(`{"version":%q,"manager":"test"}`, r.version)
	}
	r.last, r.body = q, ""
	if q.Body != nil {
		b, _ := io.ReadAll(q.Body)
		r.body = string(b)
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(answer)), Request: q}, nil
}

// play makes the call that a recorded one was.
type play func(c *Client, row requestRow) error

func text(row requestRow, i int) string {
	var s string
	if i < len(row.Args) {
		_ = json.Unmarshal(row.Args[i], &s)
	}
	return s
}

func raw(row requestRow, i int) json.RawMessage {
	if i >= len(row.Args) || string(row.Args[i]) == `{"$undefined":true}` {
		return nil
	}
	return row.Args[i]
}

func playCreate(c *Client, r requestRow) error {
	if !r.fork() {
		return playNewestCreate(c, r)
	}
	_, err := c.CreateIfNotExists(context.Background(), text(r, 0), text(r, 1), raw(r, 2), text(r, 3))
	return err
}

func playTemplate(c *Client, r requestRow) error {
	_, err := c.CreateFromTemplate(context.Background(), TemplateCall{text(r, 0), text(r, 1), text(r, 2), raw(r, 3)})
	return err
}

func playExecute(c *Client, r requestRow) error {
	e := ExecuteCall{Mode: ExecMode(text(r, 2)), Code: text(r, 3), Options: raw(r, 4)}
	if id := text(r, 1); id != "" {
		e.RunID = &id
	}
	_, err := c.Execute(context.Background(), text(r, 0), e)
	return err
}

func playRun(c *Client, r requestRow) error {
	id := text(r, 2)
	_, err := c.Execute(context.Background(), text(r, 1), ExecuteCall{&id, ExecMode(text(r, 3)), text(r, 0), json.RawMessage("{}")})
	return err
}

// playGraphQL sends the recorded query: the list methods ask for other fields, the bytes around them are the same.
func playGraphQL(c *Client, r requestRow) error {
	var b struct {
		Query     string          `json:"query"`
		Variables json.RawMessage `json:"variables"`
	}
	if err := json.Unmarshal([]byte(r.body()), &b); err != nil {
		return err
	}
	_, err := c.GraphQLRaw(context.Background(), b.Query, b.Variables)
	return err
}

func playInfo(c *Client, r requestRow) error {
	_, err := c.SessionInfo(context.Background(), text(r, 0), text(r, 1))
	return err
}

func playLogs(c *Client, r requestRow) error {
	_, err := c.Logs(context.Background(), text(r, 0), text(r, 1))
	return err
}

func playDestroy(c *Client, r requestRow) error {
	_, err := c.Destroy(context.Background(), text(r, 0), DestroyOptions{Owner: text(r, 1), Forced: string(raw(r, 2)) == "true"})
	return err
}

func playRestart(c *Client, r requestRow) error {
	return c.Restart(context.Background(), text(r, 0), text(r, 1))
}

func content(row requestRow, i int) []byte {
	var b map[string]string
	_ = json.Unmarshal(row.Args[i], &b)
	return []byte(b["$bytes_utf8"] + b["$blob_utf8"])
}

func boundaryIn(row requestRow) string {
	return regexp.MustCompile(`boundary=(\S+)`).FindStringSubmatch(row.Request.Header["content-type"])[1]
}

func typeIn(row requestRow) string {
	return regexp.MustCompile(`Content-Type: (\S+)`).FindStringSubmatch(row.body())[1]
}

func playUpload(c *Client, r requestRow) error {
	f := File{Name: text(r, 1), Type: typeIn(r), Data: content(r, 2)}
	return c.uploadParts(context.Background(), text(r, 0), []File{f}, boundaryIn(r))
}

func playFolderUpload(c *Client, r requestRow) error {
	k, err := c.folderCall("upload", "POST", text(r, 2), "upload")
	if err != nil {
		return err
	}
	return c.sendForm(context.Background(), k, File{Name: text(r, 0), Type: typeIn(r), Data: content(r, 1)}, boundaryIn(r))
}

func playDownload(c *Client, r requestRow) error {
	var files []string
	_ = json.Unmarshal(r.Args[1], &files)
	err := c.Download(context.Background(), text(r, 0), files, func(Fetched) error { return nil })
	if errors.Is(err, &Error{Type: ErrResponse}) {
		return nil // the recorder's answer is no archive
	}
	return err
}

// playHandshake is the question to a manager whose own version this client does not know: does it take this one? (The first
// question announces none, since a manager refuses one that it does not know even there.)
func playHandshake(c *Client, r requestRow) error {
	v, err := ParseVersion(r.Request.Header["x-backendai-version"])
	if err != nil {
		return err
	}
	_, err = c.offer(context.Background(), &Manager{Version: v})
	return err
}

func plays() map[string]play {
	ctx := context.Background()
	discard := func(_ any, err error) error { return err }
	return map[string]play{
		"createIfNotExists": playCreate, "createKernel": playCreate, "createSessionFromTemplate": playTemplate,
		"getInformation": playInfo, "get_info": playInfo, "getLogs": playLogs, "get_logs": playLogs,
		"destroy": playDestroy, "destroyKernel": playDestroy, "restart": playRestart, "refreshKernel": playRestart,
		"execute": playExecute, "runCode": playRun, "upload": playUpload, "gql": playGraphQL, "query": playGraphQL,
		"computeSession.list": playGraphQL, "computeSession.get": playGraphQL, "computeSession.total_count": playGraphQL,
		"image.list": playGraphQL, "download": playDownload, "vfolder.upload": playFolderUpload,
		"download_single": func(c *Client, r requestRow) error {
			return discard(c.DownloadOne(ctx, text(r, 0), text(r, 1), io.Discard))
		},
		"shutdown_service":    func(c *Client, r requestRow) error { return c.ShutdownService(ctx, text(r, 0), text(r, 1)) },
		"getResourceSlots":    func(c *Client, r requestRow) error { return discard(c.ResourceSlots(ctx)) },
		"get_resource_slots":  func(c *Client, r requestRow) error { return discard(c.ResourceSlots(ctx)) },
		"resourcePreset.list": func(c *Client, r requestRow) error { return discard(c.Presets(ctx)) },
		"resourcePreset.check": func(c *Client, r requestRow) error {
			return discard(c.CheckPresets(ctx, strings.Repeat("default", len(r.Args))))
		},
		"vfolder.create": func(c *Client, r requestRow) error {
			spec := FolderSpec{Name: text(r, 0), Host: text(r, 1)}
			if r.Version > "v5" {
				spec.UsageMode, spec.Permission = "general", "rw"
			}
			return discard(c.CreateFolder(ctx, spec))
		},
		"vfolder.list":       func(c *Client, r requestRow) error { return discard(c.Folders(ctx, text(r, 0))) },
		"vfolder.list_hosts": func(c *Client, r requestRow) error { return discard(c.FolderHosts(ctx)) },
		"vfolder.info":       func(c *Client, r requestRow) error { return discard(c.Folder(ctx, text(r, 0))) },
		"vfolder.mkdir": func(c *Client, r requestRow) error {
			return c.MakeDir(ctx, text(r, 1), text(r, 0), string(raw(r, 2)) == "true", string(raw(r, 3)) == "true")
		},
		"vfolder.list_files": func(c *Client, r requestRow) error { return discard(c.FolderFiles(ctx, text(r, 1), text(r, 0))) },
		"vfolder.download": func(c *Client, r requestRow) error {
			return discard(c.DownloadFromFolder(ctx, text(r, 1), text(r, 0), false, 0, io.Discard))
		},
		"vfolder.delete_files": func(c *Client, r requestRow) error { return c.DeleteFiles(ctx, text(r, 2), []string{"a", "b"}, true) },
		"vfolder.delete":       func(c *Client, r requestRow) error { return c.DeleteFolder(ctx, text(r, 0)) },
		"vfolder.create_upload_session": func(c *Client, r requestRow) error {
			return discard(c.StartUpload(ctx, text(r, 2), text(r, 0), int64(len(content(r, 1)))))
		},
		"vfolder.request_download_token": func(c *Client, r requestRow) error {
			k, err := c.folderRequest(ctx, text(r, 1), text(r, 0), false)
			if err != nil {
				return err
			}
			return c.run(ctx, k)
		},
		"getTaskLogs":      func(c *Client, r requestRow) error { return discard(c.TaskLogs(ctx, text(r, 0))) },
		"fetchSSHKeypair":  func(c *Client, r requestRow) error { return discard(c.SSHKey(ctx)) },
		"getServerVersion": playHandshake, "getManagerVersion": playHandshake, "get_manager_version": playHandshake,
		"login":       func(c *Client, r requestRow) error { return c.Login(ctx) },
		"check_login": func(c *Client, r requestRow) error { return discard(c.CheckLogin(ctx)) },
		"logout":      func(c *Client, r requestRow) error { return c.Logout(ctx) },
	}
}

// differs says why a recorded request is not made here. "" is the rest. The bytes around these are compared all the same, by
// TestEnvelopeVectors.
func differs(r requestRow) string {
	switch {
	case strings.HasPrefix(r.Client, "0.4.0 "):
		return "the fork has left API v2, and no manager accepts it"
	case r.Request == nil:
		return "that client failed before it sent anything"
	case r.Captured != "":
		return "built, not sent: there is no method to it"
	case r.Method == "createIfNotExists" && r.fork() && len(r.Args) == 1:
		return "managers refuse a create without a name"
	case r.Method == "createIfNotExists" && r.full():
		return "has options beside config, in another order: TestFullCreateVectors"
	}
	return ""
}

func vectorClient(t *testing.T, r requestRow) (*Client, *recorder) {
	t.Helper()
	c, err := New(Config{AccessKey: vectorAccess, SecretKey: vectorSecret, Endpoints: []string{r.Endpoint}, APIVersion: r.Version,
		Mode: r.Mode, User: "user@example.com", Password: "hunter22", Clock: frozen{vectorTime()}, UserAgent: r.Request.Header["user-agent"]})
	if err != nil {
		t.Fatal(err)
	}
	record := &recorder{version: max(r.Version, "v4.20190615")}
	c.http.Transport = record
	return c, record
}

func TestRequestVectors(t *testing.T) {
	same := 0
	for i, r := range rows[requestRow](t, "requests.jsonl") {
		if differs(r) != "" {
			continue
		}
		t.Run(fmt.Sprintf("%d %s %s %s", i, r.Version, r.Mode, r.Method), func(t *testing.T) { checkRequest(t, r) })
		same++
	}
	if same < 145 {
		t.Errorf("only %d requests are made alike", same)
	}
}

func checkRequest(t *testing.T, r requestRow) {
	r = r.rewritten()
	c, record := vectorClient(t, r)
	do := plays()[r.Method]
	if do == nil {
		t.Fatal("nothing plays it")
	}
	if err := do(c, r); err != nil && !errors.Is(err, &Error{Type: ErrResponse}) {
		t.Fatal(err)
	}
	q := record.last
	if q.Method != r.Request.Method || q.URL.RequestURI() != r.Request.Path {
		t.Errorf("%s %s, want %s %s", q.Method, q.URL.RequestURI(), r.Request.Method, r.Request.Path)
	}
	if record.body != r.body() {
		t.Errorf("body\n%s, want\n%s", record.body, r.body())
	}
	quiet := strings.HasPrefix(q.URL.Path, "/server/")
	for name, want := range r.Request.Header {
		got := q.Header.Get(name)
		if name == "host" {
			got = q.Host
		}
		if got != want && !(quiet && strings.HasPrefix(name, "x-backendai")) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
