package cli

import (
	"context"
	"net"
	"strings"
	"testing"
)

// TestDoctorPrintsAtOnce has a server that never answers the upgrade: what is known is printed before it is asked.
func TestDoctorPrintsAtOnce(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	rows := rowsUntil{word: "address", found: cancel}
	code := Run(ctx, Env{Args: []string{"doctor", "--server", "ws://" + listener.Addr().String()}, Stdout: &rows, Getenv: environment("XDG_STATE_HOME", t.TempDir())})
	if code != exitInterrupt || !strings.Contains(rows.String(), "journal") || strings.Contains(rows.String(), "latency") {
		t.Errorf("%d, %q", code, rows.String())
	}
}

// rowsUntil calls found when a word was written.
type rowsUntil struct {
	strings.Builder
	word  string
	found func()
}

func (r *rowsUntil) Write(text []byte) (int, error) {
	if strings.Contains(string(text), r.word) {
		r.found()
	}
	return r.Builder.Write(text)
}
