//go:build manager

package backendai_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/backendai"
)

// behindWeb is a client of the web server in front of the manager: it logs in, and signs nothing.
func behindWeb(t *testing.T, password string) *backendai.Client {
	t.Helper()
	c, err := backendai.New(backendai.Config{Mode: backendai.ModeSession, User: must(t, "PIERUN_BACKENDAI_WEB_USER"),
		Password: password, Endpoints: []string{must(t, "PIERUN_BACKENDAI_WEB")}})
	fine(t, err)
	t.Cleanup(c.Close)
	return c
}

// TestManagerWeb logs in at the real web server and does through it what a signed client does at the manager.
func TestManagerWeb(t *testing.T) {
	ctx := within(t, 6*time.Minute)
	c := behindWeb(t, must(t, "PIERUN_BACKENDAI_WEB_PASSWORD"))
	if in := ok[bool](t)(c.CheckLogin(ctx)); in {
		t.Error("logged in before the login")
	}
	m := ok[*backendai.Manager](t)(c.Manager(ctx))
	if m.Release != "23.09.10" {
		t.Errorf("%+v", m)
	}
	if in := ok[bool](t)(c.CheckLogin(ctx)); !in {
		t.Error("not logged in after it")
	}
	if u := ok[*backendai.User](t)(c.User(ctx)); u.Email != must(t, "PIERUN_BACKENDAI_WEB_USER") {
		t.Errorf("%+v", u)
	}
	folder := name("web")
	ok[*backendai.Folder](t)(c.CreateFolder(ctx, backendai.FolderSpec{Name: folder}))
	fine(t, c.DeleteFolder(ctx, folder))

	s := spec(t, name("web"))
	made := start(t, c, s)
	out := ok[*backendai.Outcome](t)(c.Exec(ctx, made.ID, backendai.Code{Text: "print(6*7)"}, backendai.Watch{}))
	if out.Stdout != "42\n" {
		t.Errorf("%+v", out)
	}
	fine(t, c.Upload(ctx, made.ID, []backendai.File{{Name: "a.txt", Data: []byte("through the web server")}}))
	var b strings.Builder
	if _, err := c.DownloadOne(ctx, made.ID, "a.txt", &b); err != nil || b.String() != "through the web server" {
		t.Errorf("%q %v", b.String(), err)
	}
	conn, err := c.DialApp(ctx, made.ID, backendai.App{Name: "sshd"})
	fine(t, err)
	banner := make([]byte, 4)
	if _, err := io.ReadFull(conn, banner); err != nil || string(banner) != "SSH-" {
		t.Errorf("the tunnel said %q, %v", banner, err)
	}
	conn.Close()
	fine(t, c.EndSession(ctx, made.ID))

	fine(t, c.Logout(ctx))
	if in := ok[bool](t)(c.CheckLogin(ctx)); in {
		t.Error("logged in after the logout")
	}
	fine(t, c.Verify(ctx)) // which logs in again
}

func TestManagerWebRefusesAWrongPassword(t *testing.T) {
	ctx := within(t, time.Minute)
	c := behindWeb(t, "wrong")
	wrong(t, c.Verify(ctx), "auth-failed", "BACKEND_PASSWORD")
}
