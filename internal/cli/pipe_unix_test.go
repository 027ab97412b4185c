//go:build unix

package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestAScriptInANamedPipeEndsWithItsContext waits for a script that nobody writes, and then for one that somebody does.
func TestAScriptInANamedPipeEndsWithItsContext(t *testing.T) {
	unwritten, written := namedPipe(t), namedPipe(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(Signalled(os.Interrupt))
	if code, _, stderr := call(ctx, []string{unwritten}); code != exitInterrupt || !strings.Contains(stderr, "Ctrl-C") {
		t.Errorf("%d, %q", code, stderr)
	}
	write(t, unwritten, "")
	go write(t, written, "print(arg[1])")
	if code, stdout, stderr := call(t.Context(), []string{written, "word"}); code != exitOK || stdout != "word\n" {
		t.Errorf("%d, %q, %q", code, stdout, stderr)
	}
}

func namedPipe(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "flow.lua")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// write waits for a reader, gives it the text and ends it.
func write(t *testing.T, path, text string) {
	pipe, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = pipe.Close() }()
	if _, err := pipe.WriteString(text); err != nil {
		t.Error(err)
	}
}
