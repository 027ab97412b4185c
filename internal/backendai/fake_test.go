package backendai_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
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
	cfg := backendai.Config{AccessKey: faketest.DefaultKey, SecretKey: faketest.DefaultSecret,
		Endpoints: []string{"http://manager.test:8081"}, DialContext: m.DialContext}
	for _, f := range change {
		f(&cfg)
	}
	c, err := backendai.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); m.Close() })
	return c, m
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

func TestEvents(t *testing.T) {
	c, m := fake(t, faketest.Options{})
	s, err := c.Events(t.Context(), backendai.EventFilter{SessionName: "watched"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	session(t, c, "ignored")
	session(t, c, "watched")
	m.Lose("watched")
	var names []string
	for len(names) == 0 || names[len(names)-1] != "session_terminated" {
		e, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, e.Name)
	}
	if !slices.Equal(names, []string{"kernel_preparing", "kernel_started", "session_terminated"}) {
		t.Error(names)
	}
	s.Close()
	if _, err := s.Next(); err != io.EOF {
		t.Error(err)
	}
}

func TestLostSession(t *testing.T) {
	c, m := fake(t, faketest.Options{NoRoom: true})
	made, err := c.CreateSession(t.Context(), backendai.SessionSpec{Name: "lost", Image: "python"})
	if err != nil {
		t.Fatal(err)
	}
	looks := 0
	_, err = c.WaitSession(t.Context(), made.ID, backendai.WaitOptions{Every: time.Millisecond, Progress: func(i *backendai.Info) {
		if looks++; looks == 1 {
			if !strings.Contains(string(i.StatusData), "cuda.device") {
				t.Errorf("%s", i.StatusData)
			}
			m.Lose("lost")
		}
	}})
	if gone := (*backendai.EndedError)(nil); !errors.As(err, &gone) || gone.Status != backendai.Terminated {
		t.Error(err)
	}
}

func TestTunnel(t *testing.T) {
	serve := func(_ string, port int) (net.Conn, error) {
		if port != 8080 {
			return nil, errors.New("nothing there")
		}
		near, far := net.Pipe()
		go func() {
			defer far.Close()
			_, _ = io.Copy(far, io.LimitReader(far, 1<<20)) // echoes a MiB, then closes
		}()
		return near, nil
	}
	c, _ := fake(t, faketest.Options{Dial: serve})
	id := session(t, c, "tunnel", 8080, 9090)
	conn, err := c.DialApp(t.Context(), id, backendai.App{Name: "8080"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	go conn.Write(data)
	got, err := io.ReadAll(conn)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	dead, err := c.DialApp(t.Context(), id, backendai.App{Name: "9090"})
	if err != nil {
		t.Fatal(err)
	}
	defer dead.Close()
	if _, err := dead.Read(make([]byte, 1)); !errors.Is(err, backendai.ErrNotListening) {
		t.Error(err)
	}
	if err := c.WaitApp(t.Context(), id, backendai.App{Name: "8080"}, time.Millisecond, 20*time.Millisecond); err != nil {
		t.Error(err)
	}
	if _, err := c.DialApp(t.Context(), id, backendai.App{Name: "nothing"}); !errors.Is(err, backendai.NotFound()) {
		t.Error(err)
	}
}

func TestTerminal(t *testing.T) {
	c, _ := fake(t, faketest.Options{})
	id := session(t, c, "terminal")
	term, err := c.OpenTerminal(t.Context(), id, "")
	if err != nil {
		t.Fatal(err)
	}
	defer term.Close()
	if err := term.Resize(30, 100); err != nil {
		t.Error(err)
	}
	fmt.Fprint(term, "echo hi\n")
	b := make([]byte, 8)
	if _, err := io.ReadFull(term, b); err != nil || string(b) != "echo hi\n" {
		t.Errorf("%q %v", b, err)
	}
}

func TestWebServerLogin(t *testing.T) {
	o := faketest.Options{Web: map[string]string{"alice": "right"}}
	login := func(password string) func(*backendai.Config) {
		return func(cfg *backendai.Config) {
			cfg.Mode, cfg.User, cfg.Password = backendai.ModeSession, "alice", password
		}
	}
	c, m := fake(t, o, login("right"))
	session(t, c, "cookies")
	if in, err := c.CheckLogin(t.Context()); !in || err != nil {
		t.Error(in, err)
	}
	if err := c.Logout(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := c.SessionInfo(t.Context(), "cookies", ""); err != nil {
		t.Error("after the logout the next call logs in:", err)
	}
	for _, r := range m.Requests() {
		if _, path, _ := strings.Cut(r, " "); !strings.HasPrefix(path, "/func/") && !strings.HasPrefix(path, "/server/") {
			t.Error(r)
		}
	}
	c, _ = fake(t, o, login("wrong"))
	if _, err := c.SessionInfo(t.Context(), "x", ""); err == nil || !strings.Contains(err.Error(), "BACKEND_PASSWORD") {
		t.Error(err)
	}
}

func TestLists(t *testing.T) {
	c, _ := fake(t, faketest.Options{})
	for i := range 45 {
		if _, err := c.CreateSession(t.Context(), backendai.SessionSpec{Name: fmt.Sprintf("many-%02d", i), Image: "python"}); err != nil {
			t.Fatal(err)
		}
	}
	count := func(o backendai.ListOptions) (n int) {
		for _, err := range c.Sessions(t.Context(), o) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	if n := count(backendai.ListOptions{}); n != 45 {
		t.Error(n)
	}
	if n := count(backendai.ListOptions{Limit: 25}); n != 25 {
		t.Error(n)
	}
	if n := count(backendai.ListOptions{Statuses: []backendai.Status{backendai.Terminated}}); n != 0 {
		t.Error(n)
	}
}

func TestFailOver(t *testing.T) {
	m := faketest.New(faketest.Options{})
	defer m.Close()
	c, err := backendai.New(backendai.Config{AccessKey: faketest.DefaultKey, SecretKey: faketest.DefaultSecret,
		Endpoints: []string{"http://down.test", "http://up.test"}, Clock: skewless{},
		DialContext: func(ctx context.Context, n, addr string) (net.Conn, error) {
			if strings.HasPrefix(addr, "down") {
				return nil, &net.OpError{Op: "dial", Err: errors.New("no route")}
			}
			return m.DialContext(ctx, n, addr)
		}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got, err := c.Manager(t.Context()); err != nil || got.Endpoint != "http://up.test" {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := c.CreateSession(t.Context(), backendai.SessionSpec{Name: "over", Image: "python"}); err != nil {
		t.Error(err)
	}
}

type skewless struct{}

func (skewless) Now() time.Time { return time.Now() }
func (skewless) AfterFunc(_ time.Duration, f func()) func() bool {
	f()
	return func() bool { return false }
}

// flaky fails a number of requests, then lets through.
type flaky struct {
	fail int
	seen []string
	m    *faketest.Manager
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.seen = append(f.seen, r.Method)
	if r.URL.Path != "/" && f.fail > 0 {
		f.fail--
		http.Error(w, "<h1>Bad Gateway</h1>", http.StatusBadGateway)
		return
	}
	f.m.ServeHTTP(w, r)
}

func TestOnlyReadsAreRepeated(t *testing.T) {
	m := faketest.New(faketest.Options{})
	defer m.Close()
	gateway := &flaky{m: m}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: gateway}
	go server.Serve(l)
	defer server.Close()
	c, err := backendai.New(backendai.Config{AccessKey: faketest.DefaultKey, SecretKey: faketest.DefaultSecret,
		Endpoints: []string{"http://" + l.Addr().String()}, Clock: skewless{}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	gateway.fail = 2
	if err := c.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	gateway.fail = 1
	_, err = c.CreateSession(t.Context(), backendai.SessionSpec{Name: "once", Image: "python"})
	if e := (*backendai.Error)(nil); !errors.As(err, &e) || e.Status != 502 || len(m.Live()) != 0 {
		t.Error(err, m.Live())
	}
}
