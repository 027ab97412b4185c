package backendai_test

import (
	"bytes"
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

func TestBackgroundTask(t *testing.T) {
	c, _ := fake(t, faketest.Options{})
	s, err := c.BackgroundTask(t.Context(), "fails")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var last *backendai.Event
	for {
		e, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if last == nil && (e.Progress != 1 || e.Total != 2 || e.TaskID != "fails") {
			t.Errorf("%+v", e)
		}
		last = e
	}
	if last == nil || last.Name != "bgtask_failed" || last.Progress != 2 {
		t.Errorf("%+v", last)
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

// shows reads from a terminal until it has shown a text.
func shows(t *testing.T, term *backendai.Terminal, want string) {
	t.Helper()
	b := make([]byte, len(want))
	if _, err := io.ReadFull(term, b); err != nil || string(b) != want {
		t.Errorf("%q %v, want %q", b, err, want)
	}
}

// TestTerminals: the session's terminal server is taken where there is one, and the manager's stream where that is asked for.
func TestTerminals(t *testing.T) {
	c, _ := fake(t, faketest.Options{Release: "24.09.0"})
	id := session(t, c, "terminal")
	const told = "30x100\n"
	for way, resized := range map[string]string{"": told, backendai.TerminalSSHD: told, backendai.TerminalTTYD: told, backendai.TerminalPTY: ""} {
		term, err := c.OpenTerminal(t.Context(), id, way)
		if err != nil {
			t.Fatal(way, err)
		}
		if err := term.Resize(30, 100); err != nil {
			t.Error(way, err)
		}
		shows(t, term, resized)
		fmt.Fprint(term, "echo hi\n")
		shows(t, term, "echo hi\n")
		if fmt.Fprint(term, "exit\n"); resized != "" {
			shows(t, term, "exit\n")
			if n, err := term.Read(make([]byte, 1)); n != 0 || err != io.EOF {
				t.Error(way, n, err)
			}
		}
		term.Close()
	}
}

// TestNoTerminal: where there is none, the error says what there is.
func TestNoTerminal(t *testing.T) {
	c, _ := fake(t, faketest.Options{})
	id := session(t, c, "terminal")
	term, err := c.OpenTerminal(t.Context(), id, backendai.TerminalPTY)
	if err != nil {
		t.Fatal(err)
	}
	defer term.Close()
	fmt.Fprint(term, "ls\n")
	if _, err := term.Read(make([]byte, 1)); !errors.As(err, new(*backendai.UnsupportedError)) || !strings.Contains(err.Error(), "first key; session:terminal()") {
		t.Error(err)
	}
	if err := c.Upload(t.Context(), id, []backendai.File{{Name: "id_container", Data: []byte("no key")}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.OpenTerminal(t.Context(), id, ""); err == nil || !strings.Contains(err.Error(), "id_container has to be the key") {
		t.Error(err)
	}
	other := session(t, c, "restarted")
	if err := c.Restart(t.Context(), other, ""); err != nil {
		t.Fatal(err)
	}
	for _, way := range []string{"", backendai.TerminalTTYD} {
		if _, err := c.OpenTerminal(t.Context(), other, way); !errors.Is(err, backendai.ErrNotListening) || !strings.Contains(err.Error(), "made anew") {
			t.Error(err)
		}
	}
	if _, err := c.OpenTerminal(t.Context(), "nobody", ""); !errors.Is(err, backendai.NotFound()) {
		t.Error(err)
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
