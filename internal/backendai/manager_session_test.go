//go:build manager

package backendai_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/backendai"
)

// TestManagerSession uses one session for everything that does not spoil it.
func TestManagerSession(t *testing.T) {
	c := who(t, "")
	ctx := within(t, 8*time.Minute)
	s := spec(t, name("it"))
	s.PreopenPorts, s.Environ, s.Tag = []int{8080}, map[string]string{"COLOUR": "blue green"}, "a-tag"
	s.BootstrapScript = bootServer
	events := ok[*backendai.EventStream](t)(c.Events(ctx, backendai.EventFilter{SessionName: s.Name}))
	defer events.Close()
	made := start(t, c, s)
	for _, part := range []struct {
		name string
		run  func(*testing.T, context.Context, *backendai.Client, string)
	}{
		{"events", func(t *testing.T, _ context.Context, _ *backendai.Client, id string) {
			awaitEvent(t, events, "kernel_started", id)
		}},
		{"info", sessionInfo}, {"reuse", sessionReuse}, {"query", runQuery}, {"input", runInput}, {"batch", runBatch}, {"cancel", runCancelled},
		{"stream", runStream}, {"files", sessionFiles}, {"large file", sessionLargeFile}, {"tunnel", sessionTunnel}, {"logs", sessionLogs}, {"rename", sessionRename},
		{"restart", sessionRestart}, {"destroy", sessionDestroy},
		{"events of the end", func(t *testing.T, _ context.Context, _ *backendai.Client, id string) {
			awaitEvent(t, events, "session_terminated", id)
		}},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, ctx, c, made.ID) })
	}
}

// bootServer leaves a web server on port 8080 behind that holds none of the script's descriptors.
const bootServer = `bash -c 'for f in /proc/$$/fd/*; do n=${f##*/}; [ "$n" -gt 2 ] && eval "exec $n>&-"; done
exec setsid python3 -m http.server 8080 --bind 0.0.0.0 --directory "$HOME" </dev/null >"$HOME"/server.log 2>&1' &
`

func awaitEvent(t *testing.T, s *backendai.EventStream, want, id string) {
	t.Helper()
	for {
		e, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if e.Name == want && e.SessionID == id {
			return
		}
	}
}

func sessionInfo(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	i := ok[*backendai.Info](t)(c.SessionInfo(ctx, id, ""))
	if i.Status != backendai.Running || i.StatusInfo != "" || i.Tag != "a-tag" || backendai.Slots(i.Occupied)["mem"] != "268435456" {
		t.Errorf("%+v", i)
	}
	var ids []string
	for item, err := range c.Sessions(ctx, backendai.ListOptions{Statuses: []backendai.Status{backendai.Running}}) {
		fine(t, err)
		ids = append(ids, item.ID)
	}
	if !slices.Contains(ids, id) {
		t.Errorf("not in the list of %v", ids)
	}
	for _, what := range []string{"dependency-graph", "direct-access-info", "abusing-report", "commit"} {
		if _, err := c.About(ctx, id, what); err != nil {
			t.Error(err)
		}
	}
	if p := ok[[]backendai.Port](t)(c.Apps(ctx, id)); !slices.ContainsFunc(p, func(p backendai.Port) bool { return p.Name == "8080" && p.Protocol == "preopen" }) {
		t.Errorf("%+v", p)
	}
	_, err := c.StartService(ctx, id, backendai.App{Name: "web"})
	wrong(t, err, "service-unavailable", "coordinator")
	fine(t, c.ShutdownService(ctx, id, "web"))
}

func sessionReuse(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	i := ok[*backendai.Info](t)(c.SessionInfo(ctx, id, ""))
	var found backendai.Listed
	for item, err := range c.Sessions(ctx, backendai.ListOptions{}) {
		fine(t, err)
		if item.ID == id {
			found = item
		}
	}
	again := ok[*backendai.Created](t)(c.CreateIfNotExists(ctx, i.Image, found.Name, nil, ""))
	if again.Created || again.ID != id || again.Status != backendai.Running || len(again.Ports) < 3 {
		t.Errorf("%+v", again)
	}
	fresh := spec(t, found.Name)
	fresh.Fresh = true
	_, err := c.CreateSession(ctx, fresh)
	wrong(t, err, "session-already-exists", id)
}

func runQuery(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	var live []string
	out := ok[*backendai.Outcome](t)(c.Exec(ctx, id, backendai.Code{Text: "import os,sys,time\nfor i in range(4):\n  print(i,flush=True); time.sleep(1)\nprint('e',file=sys.stderr)\nprint(os.environ['COLOUR'])\n6*7"},
		backendai.Watch{Console: func(o backendai.Output) { live = append(live, o.Text) }}))
	if out.Stdout != "0\n1\n2\n3\nblue green\n42" || out.Stderr != "e\n" || out.ExitCode != 0 || len(live) < 3 {
		t.Errorf("%+v %q", out, live)
	}
	failed := ok[*backendai.Outcome](t)(c.Exec(ctx, id, backendai.Code{Text: "1/0"}, backendai.Watch{}))
	if !strings.Contains(failed.Stderr, "ZeroDivisionError") {
		t.Errorf("%+v", failed)
	}
}

func runInput(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	var asked string
	out := ok[*backendai.Outcome](t)(c.Exec(ctx, id, backendai.Code{Text: "import getpass\nx=getpass.getpass('secret? ')\nprint('got', x)"},
		backendai.Watch{Input: func(prompt string, password bool) (string, error) {
			asked = fmt.Sprint(prompt, password)
			return "bob", nil
		}}))
	if asked != "secret? true" || !strings.Contains(out.Stdout, "got bob") {
		t.Errorf("%q %+v", asked, out)
	}
	// Nobody answers: the run is closed, and the session stays usable.
	if _, err := c.Exec(ctx, id, backendai.Code{Text: "input('name? ')"}, backendai.Watch{}); err == nil {
		t.Error("input without an answer went well")
	}
	after := ok[*backendai.Outcome](t)(c.Exec(ctx, id, backendai.Code{Text: "print('still')"}, backendai.Watch{}))
	if after.Stdout != "still\n" {
		t.Errorf("%+v", after)
	}
}

func runBatch(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	out := ok[*backendai.Outcome](t)(c.Exec(ctx, id, backendai.Code{Batch: &backendai.BatchOptions{Clean: "rm -f x.out", Build: "echo building; echo 1 > x.out", Exec: "cat x.out; exit 3"}}, backendai.Watch{}))
	if out.ExitCode != 3 || out.Stdout != "building\n1\n" {
		t.Errorf("%+v", out)
	}
}

func runCancelled(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	short, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	_, err := c.Exec(short, id, backendai.Code{Text: "import time\ntime.sleep(60)"}, backendai.Watch{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	after := ok[*backendai.Outcome](t)(c.Exec(ctx, id, backendai.Code{Text: "print('usable')"}, backendai.Watch{}))
	if after.Stdout != "usable\n" {
		t.Errorf("%+v", after)
	}
	run, got, err := c.StartRun(ctx, id, backendai.Code{Text: "1"})
	fine(t, err)
	if _, err := run.Next(ctx); err == nil || run.Open() {
		t.Error("a finished run was continued")
	}
	_, err = c.Execute(ctx, id, backendai.ExecuteCall{RunID: &got.RunID, Mode: backendai.Continue})
	if err == nil || !strings.Contains(err.Error(), "has finished") {
		t.Error(err)
	}
	if _, err := c.Completions(ctx, id, "pri", backendai.CompleteOptions{Line: "pri", Col: 3}); err != nil {
		t.Error(err)
	}
}

func runStream(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	s := ok[*backendai.ExecStream](t)(c.ExecuteStream(ctx, id, backendai.Code{Text: "x=input('name? ')\nprint('got',x)"}))
	defer s.Close()
	var text string
	for {
		got, err := s.Next(ctx)
		fine(t, err)
		if got == nil {
			break
		}
		for _, o := range got.Console {
			text += o.Text
		}
		if got.Status == backendai.WaitingInput {
			fine(t, s.Input("eve"))
		}
	}
	if text != "name? got eve\n" {
		t.Errorf("%q", text)
	}
	_, err := c.ExecuteStream(ctx, "no-such-session", backendai.Code{Text: "1"})
	if !errors.Is(err, backendai.NotFound()) {
		t.Error(err)
	}
}

func sessionTunnel(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	app := backendai.App{Name: "8080"}
	fine(t, c.WaitApp(ctx, id, app, time.Second, 0))
	fine(t, c.Upload(ctx, id, []backendai.File{{Name: "hello.txt", Data: []byte("hello through the tunnel")}}))
	f := ok[*backendai.Forward](t)(c.ForwardApp(ctx, id, app, "127.0.0.1:0", func(err error) { t.Error(err) }))
	defer f.Close()
	if body := fetch(t, ctx, "http://"+f.Addr().String()+"/hello.txt"); body != "hello through the tunnel" {
		t.Errorf("%q", body)
	}
	if body := fetch(t, ctx, "http://"+f.Addr().String()+"/full.bin"); len(body) != 1<<20-1 {
		t.Errorf("%d bytes", len(body))
	}
	_, err := c.DialApp(ctx, id, backendai.App{Name: "no-such-app"})
	wrong(t, err, "object-not-found", "No such app service")
}

func sessionLogs(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	if text := ok[string](t)(c.Logs(ctx, id, "")); !strings.Contains(text, "Kernel started") {
		t.Errorf("%q", text)
	}
}

func sessionRename(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	to := name("renamed")
	fine(t, c.Rename(ctx, id, to))
	if _, err := c.SessionInfo(ctx, to, ""); err != nil {
		t.Error(err)
	}
	if _, err := c.MatchSessions(ctx, to); err != nil {
		t.Error(err)
	}
}

func sessionRestart(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	fine(t, c.Restart(ctx, id, ""))
	out := ok[*backendai.Outcome](t)(c.Exec(ctx, id, backendai.Code{Text: "print('x' in globals(), __import__('os').path.exists('hello.txt'))"}, backendai.Watch{}))
	if out.Stdout != "False True\n" {
		t.Errorf("%+v", out)
	}
}

func sessionDestroy(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	fine(t, c.EndSession(ctx, id))
	fine(t, c.EndSession(ctx, id))
	_, err := c.WaitSession(ctx, id, backendai.WaitOptions{}) // the manager answers before it is done
	gone := (*backendai.EndedError)(nil)
	if !errors.As(err, &gone) || gone.Status != backendai.Terminated {
		t.Error(err)
	}
	if _, err := c.Destroy(ctx, id, backendai.DestroyOptions{}); !errors.Is(err, backendai.NotFound()) {
		t.Error(err)
	}
	end := ok[*backendai.End](t)(c.SessionEnd(ctx, id))
	if end == nil || end.Status != backendai.Terminated {
		t.Errorf("%+v", end)
	}
}
