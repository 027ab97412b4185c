package backendai_test

import (
	"errors"
	"io"
	"testing"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/backendai/faketest"
)

// TestNamesThatAreNone: an empty name or a dot would make another call of a path, and is refused before anything is sent.
func TestNamesThatAreNone(t *testing.T) {
	c, m := fake(t, faketest.Options{})
	ctx := t.Context()
	if _, err := c.Manager(ctx); err != nil {
		t.Fatal(err)
	}
	before := len(m.Requests())
	for _, id := range []string{"", ".", ".."} {
		for what, ask := range map[string]func() error{
			"info":       func() error { _, err := c.SessionInfo(ctx, id, ""); return err },
			"destroy":    func() error { return c.EndSession(ctx, id) },
			"logs":       func() error { _, err := c.Logs(ctx, id, ""); return err },
			"restart":    func() error { return c.Restart(ctx, id, "") },
			"execute":    func() error { _, err := c.Exec(ctx, id, backendai.Code{Text: "1"}, backendai.Watch{}); return err },
			"upload":     func() error { return c.Upload(ctx, id, []backendai.File{{Name: "a"}}) },
			"download":   func() error { _, err := c.DownloadOne(ctx, id, "a", io.Discard); return err },
			"apps":       func() error { _, err := c.Apps(ctx, id); return err },
			"tunnel":     func() error { _, err := c.DialApp(ctx, id, backendai.App{Name: "8080"}); return err },
			"folder":     func() error { return c.DeleteFolder(ctx, id) },
			"file there": func() error { _, err := c.FolderFiles(ctx, id, "a"); return err },
		} {
			if err := ask(); !errors.As(err, new(*backendai.UsageError)) {
				t.Errorf("%s of %q: %v", what, id, err)
			}
		}
	}
	if got := m.Requests(); len(got) != before {
		t.Error("sent:", got[before:])
	}
}
