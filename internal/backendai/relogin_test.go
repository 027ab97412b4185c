package backendai_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/backendai/faketest"
)

func byName(cfg *backendai.Config) {
	cfg.Mode, cfg.User, cfg.Password = backendai.ModeSession, "alice", "right"
}

// TestForgottenLogin: whatever is asked when the web server has forgotten the login is asked again behind one new login.
func TestForgottenLogin(t *testing.T) {
	c, m := fake(t, faketest.Options{Web: map[string]string{"alice": "right"}}, byName)
	id := session(t, c, "forgotten")
	logins := func() int {
		return len(slices.DeleteFunc(m.Requests(), func(r string) bool { return r != "POST /server/login" }))
	}
	for what, ask := range map[string]func() error{
		"info":   func() error { _, err := c.SessionInfo(t.Context(), id, ""); return err },
		"upload": func() error { return c.Upload(t.Context(), id, []backendai.File{{Name: "a", Data: []byte("x")}}) },
		"read":   func() error { _, err := c.DownloadOne(t.Context(), id, "a", io.Discard); return missing(err) },
		"tunnel": func() error {
			_, err := c.DialApp(t.Context(), id, backendai.App{Name: "none"})
			return missing(err)
		},
	} {
		before := logins()
		m.Forget()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := ask(); err != nil {
					t.Errorf("%s: %v", what, err)
				}
			})
		}
		if all.Wait(); logins() != before+1 {
			t.Errorf("%s: %d logins", what, logins()-before)
		}
	}
	m.Forget()
	if err := c.EndSession(t.Context(), id); err != nil || len(m.Live()) != 0 {
		t.Error(err, m.Live())
	}
}

// missing leaves out that what was asked for is not there, which only who is let in is told.
func missing(err error) error {
	if e := (*backendai.Error)(nil); errors.As(err, &e) && e.Status != http.StatusUnauthorized && e.Type == backendai.ErrServer {
		return nil
	}
	return err
}

// TestRefusedForGood: who is refused behind a new login, too, is told what to look at, in the words of the mode.
func TestRefusedForGood(t *testing.T) {
	var asked atomic.Int32
	gateway := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/server/login":
			_, _ = io.WriteString(w, `{"authenticated":true}`)
		case r.URL.Path == "/func/" || r.URL.Path == "/":
			_, _ = io.WriteString(w, `{"version":"v7.20230615","manager":"23.09.10"}`)
		default:
			asked.Add(1)
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"type":"https://api.backend.ai/probs/auth-failed","title":"Credential/signature mismatch."}`)
		}
	}
	for _, c := range []struct {
		change     func(*backendai.Config)
		asked      int32
		has, never string
	}{{byName, 2, "BACKEND_PASSWORD", "ACCESS_KEY"}, {func(*backendai.Config) {}, 1, "BACKEND_ACCESS_KEY", "PASSWORD"}} {
		asked.Store(0)
		client := served(t, gateway, c.change)
		_, err := client.Destroy(context.Background(), "x", backendai.DestroyOptions{})
		if err == nil || asked.Load() != c.asked || !strings.Contains(err.Error(), c.has) || strings.Contains(err.Error(), c.never) {
			t.Errorf("asked %d times: %v", asked.Load(), err)
		}
	}
}
