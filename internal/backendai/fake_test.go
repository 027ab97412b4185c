package backendai_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/backendai/faketest"
)

// fake starts a manager and a client of it.
func fake(t *testing.T, o faketest.Options, change ...func(*backendai.Config)) (*backendai.Client, *faketest.Manager) {
	t.Helper()
	m := faketest.New(o)
	t.Cleanup(m.Close)
	cfg := backendai.Config{AccessKey: faketest.DefaultKey, SecretKey: faketest.DefaultSecret,
		Endpoints: []string{"http://manager.test:8081"}, DialContext: m.DialContext}
	return made(t, cfg, change), m
}

// quick looks at sessions without a wait between.
func quick() backendai.WaitOptions { return backendai.WaitOptions{Every: time.Millisecond} }

func session(t *testing.T, c *backendai.Client, name string, ports ...int) string {
	t.Helper()
	made, err := c.CreateSession(t.Context(), backendai.SessionSpec{Name: name, Image: "python", PreopenPorts: ports})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WaitSession(t.Context(), made.ID, quick()); err != nil {
		t.Fatal(err)
	}
	return made.ID
}

func TestLifeOfASession(t *testing.T) {
	for _, version := range []string{"v4.20190615", "v5.20191215", "v6.20220615", "v7.20230615", "v8.20240915", "v9.20250722", "v12.20990101"} {
		t.Run(version, func(t *testing.T) {
			c, m := fake(t, faketest.Options{Version: version})
			made, err := c.CreateSession(t.Context(), backendai.SessionSpec{Name: "life-1", Image: "python"})
			if err != nil {
				t.Fatal(err)
			}
			var seen []backendai.Status
			wait := quick()
			wait.Progress = func(i *backendai.Info) { seen = append(seen, i.Status) }
			if _, err := c.WaitSession(t.Context(), made.Name, wait); err != nil || !slices.Equal(seen, []backendai.Status{"PENDING", "PREPARING", "RUNNING"}) {
				t.Errorf("%v %v", seen, err)
			}
			out, err := c.Exec(t.Context(), "life-1", backendai.Code{Text: "print('hi')\n6*7"}, backendai.Watch{})
			if err != nil || out.Stdout != "hi\n42" {
				t.Errorf("%+v %v", out, err)
			}
			if err := c.EndSession(t.Context(), "life-1"); err != nil || len(m.Live()) != 0 {
				t.Errorf("%v %v", err, m.Live())
			}
		})
	}
}

func TestTooOldManager(t *testing.T) {
	c, _ := fake(t, faketest.Options{Version: "v3.20170615"})
	old := (*backendai.UnsupportedError)(nil)
	if _, err := c.SessionInfo(t.Context(), "x", ""); !errors.As(err, &old) || !strings.Contains(err.Error(), "v3.20170615") {
		t.Error(err)
	}
}

func TestReuse(t *testing.T) {
	c, _ := fake(t, faketest.Options{})
	id := session(t, c, "reused")
	again, err := c.CreateSession(t.Context(), backendai.SessionSpec{Name: "reused", Image: "python"})
	if err != nil || again.Created || again.ID != id || len(again.Ports) != 2 || again.Ports[0].Ports[0] != 2200 {
		t.Errorf("%+v %v", again, err)
	}
	_, err = c.CreateSession(t.Context(), backendai.SessionSpec{Name: "reused", Image: "python", Fresh: true})
	if !errors.Is(err, &backendai.Error{Type: backendai.ErrServer, Problem: "session-already-exists"}) {
		t.Error(err)
	}
}

func TestMistakesAreFoundHere(t *testing.T) {
	c, m := fake(t, faketest.Options{})
	ctx := t.Context()
	if _, err := c.Manager(ctx); err != nil {
		t.Fatal(err)
	}
	before := len(m.Requests())
	create := func(s backendai.SessionSpec) error { _, err := c.CreateSession(ctx, s); return err }
	for what, err := range map[string]error{
		"short name":   create(backendai.SessionSpec{Name: "abc", Image: "python"}),
		"no image":     create(backendai.SessionSpec{Name: "name"}),
		"no command":   create(backendai.SessionSpec{Name: "name", Image: "python", Type: backendai.Batch}),
		"low port":     create(backendai.SessionSpec{Name: "name", Image: "python", PreopenPorts: []int{80}}),
		"taken port":   create(backendai.SessionSpec{Name: "name", Image: "python", PreopenPorts: []int{2200}}),
		"odd resource": create(backendai.SessionSpec{Name: "name", Image: "python", Resources: map[string]string{"mem": "lots"}}),
		"way out":      c.Upload(ctx, "s", []backendai.File{{Name: "../x"}}),
		"too large":    c.Upload(ctx, "s", []backendai.File{{Name: "x", Data: make([]byte, 1<<20)}}),
		"absolute":     c.UploadToFolder(ctx, "f", "/etc/x", strings.NewReader(""), 0, nil),
		"no folder":    c.DeleteFolder(ctx, ""),
	} {
		if wrong := (*backendai.UsageError)(nil); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := m.Requests(); len(got) != before {
		t.Errorf("sent: %v", got[before:])
	}
	if _, err := c.CreateSession(ctx, backendai.SessionSpec{Name: "name", Image: "python", Priority: new(int)}); !errors.As(err, new(*backendai.UnsupportedError)) {
		t.Error(err)
	}
}

func TestRunsAreNeverLeftOpen(t *testing.T) {
	c, _ := fake(t, faketest.Options{})
	id := session(t, c, "runs")
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	_, err := c.Exec(ctx, id, backendai.Code{Text: "print('a')\nsleep(forever)"}, backendai.Watch{Console: func(backendai.Output) { cancel(stop) }})
	if !errors.Is(err, stop) {
		t.Error(err)
	}
	out, err := c.Exec(t.Context(), id, backendai.Code{Text: "print('b')"}, backendai.Watch{})
	if err != nil || out.Stdout != "b\n" {
		t.Errorf("%+v %v", out, err)
	}
	if _, err := c.Exec(t.Context(), id, backendai.Code{Text: "x=input('name? ')"}, backendai.Watch{}); !errors.As(err, new(*backendai.UsageError)) {
		t.Error(err)
	}
	answer := backendai.Watch{Input: func(prompt string, password bool) (string, error) { return prompt + fmt.Sprint(password), nil }}
	out, err = c.Exec(t.Context(), id, backendai.Code{Text: "x=input('name? ')\nprint(\"got\",x)"}, answer)
	if err != nil || out.Stdout != "name? got name? false\n" {
		t.Errorf("%+v %v", out, err)
	}
}

func TestBatchRun(t *testing.T) {
	c, _ := fake(t, faketest.Options{})
	id := session(t, c, "batch")
	out, err := c.Exec(t.Context(), id, backendai.Code{Batch: &backendai.BatchOptions{Build: "echo built", Exec: "echo done; exit 3"}}, backendai.Watch{})
	if err != nil || out.ExitCode != 3 || out.Stdout != "built\ndone\n" {
		t.Errorf("%+v %v", out, err)
	}
	out, err = c.Exec(t.Context(), id, backendai.Code{Batch: &backendai.BatchOptions{Build: "exit 2", Exec: "echo never"}}, backendai.Watch{})
	if err != nil || out.ExitCode != 127 || out.Stdout != "" {
		t.Errorf("%+v %v", out, err)
	}
	s, err := c.ExecuteStream(t.Context(), id, backendai.Code{Batch: &backendai.BatchOptions{Exec: "echo streamed"}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var statuses []backendai.RunStatus
	for {
		got, err := s.Next(t.Context())
		if err != nil || got == nil {
			break
		}
		statuses = append(statuses, got.Status)
	}
	if len(statuses) != 3 || statuses[2] != backendai.Finished {
		t.Error(statuses)
	}
}

func TestFilesOfASession(t *testing.T) {
	c, m := fake(t, faketest.Options{})
	id := session(t, c, "files")
	var files []backendai.File
	for i := range 45 {
		files = append(files, backendai.File{Name: fmt.Sprintf("d/%02d", i), Data: []byte{byte(i)}})
	}
	if err := c.Upload(t.Context(), id, files); err != nil {
		t.Fatal(err)
	}
	if l, err := c.ListFiles(t.Context(), id, "d"); err != nil || len(l) != 45 {
		t.Errorf("%d files, %v", len(l), err)
	}
	var got []string
	err := c.Download(t.Context(), id, []string{"d/01", "d/02"}, func(f backendai.Fetched) error { got = append(got, f.Name); return nil })
	if err != nil || !slices.Equal(got, []string{"01", "02"}) {
		t.Errorf("%v %v", got, err)
	}
	if n, err := c.DownloadOne(t.Context(), id, "d/07", io.Discard); n != 1 || err != nil {
		t.Error(n, err)
	}
	large := bytes.Repeat([]byte("pie"), 1<<20)
	if err := c.UploadLarge(t.Context(), id, "bin/large", bytes.NewReader(large), nil); err != nil {
		t.Fatal(err)
	}
	if data, _ := m.File("files", "bin/large"); !bytes.Equal(data, large) {
		t.Errorf("%d bytes arrived", len(data))
	}
}

func TestFolders(t *testing.T) {
	c, _ := fake(t, faketest.Options{})
	ctx := t.Context()
	if _, err := c.CreateFolder(ctx, backendai.FolderSpec{Name: "data"}); err != nil {
		t.Fatal(err)
	}
	large := bytes.Repeat([]byte("0123456789"), 2<<20)
	var steps int
	if err := c.UploadToFolder(ctx, "data", "a/large", bytes.NewReader(large), int64(len(large)), func(int64) { steps++ }); err != nil || steps != 3 {
		t.Errorf("%v in %d steps", err, steps)
	}
	var out bytes.Buffer
	if _, err := c.DownloadFromFolder(ctx, "data", "a/large", false, 10, &out); err != nil || !bytes.Equal(out.Bytes(), large[10:]) {
		t.Errorf("%d bytes, %v", out.Len(), err)
	}
	if err := c.DeleteFolder(ctx, "data"); err != nil {
		t.Error(err)
	}
	if _, err := c.Folder(ctx, "data"); !errors.Is(err, backendai.NotFound()) {
		t.Error(err)
	}
}

// TestUploadSurvivesABrokenLine cuts the connection in the middle of a piece, once before and once after it arrived.
func TestUploadSurvivesABrokenLine(t *testing.T) {
	m := faketest.New(faketest.Options{})
	defer m.Close()
	cut := 2
	cfg := backendai.Config{AccessKey: faketest.DefaultKey, SecretKey: faketest.DefaultSecret, Endpoints: []string{"http://manager.test"},
		DialContext: func(ctx context.Context, n, a string) (net.Conn, error) {
			conn, err := m.DialContext(ctx, n, a)
			return &cutter{Conn: conn, left: &cut}, err
		}}
	c, err := backendai.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.CreateFolder(t.Context(), backendai.FolderSpec{Name: "data"}); err != nil {
		t.Fatal(err)
	}
	data := bytes.Repeat([]byte("x"), 100_000)
	if err := c.UploadToFolder(t.Context(), "data", "f", bytes.NewReader(data), int64(len(data)), nil); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := c.DownloadFromFolder(t.Context(), "data", "f", false, 0, &out); err != nil || !bytes.Equal(out.Bytes(), data) || cut != 0 {
		t.Errorf("%d bytes, %v, %d cuts left", out.Len(), err, cut)
	}
}

// cutter closes a connection whose first words are a PATCH: after few bytes, or when the answer comes.
type cutter struct {
	net.Conn
	left   *int
	answer bool
}

func (c *cutter) Write(p []byte) (int, error) {
	if *c.left > 0 && bytes.HasPrefix(p, []byte("PATCH")) {
		if *c.left--; *c.left == 1 {
			c.Conn.Close()
			return 0, io.ErrClosedPipe
		}
		c.answer = true
	}
	return c.Conn.Write(p)
}

func (c *cutter) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.answer {
		c.Conn.Close()
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}
