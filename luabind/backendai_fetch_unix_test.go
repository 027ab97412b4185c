//go:build unix

package luabind

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestDownloadIntoAPipe: what is no regular file is written to, and stays what it is.
func TestDownloadIntoAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(path, os.O_RDWR, 0) // neither end waits for the other one
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if _, err := toFile(t.Context(), path, func(_ context.Context, w writer) (int64, error) {
		n, err := io.WriteString(w, "hello")
		return int64(n), err
	}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() {
		t.Fatalf("it is a file now, %v", err)
	}
	got := make([]byte, len("hello"))
	if _, err := io.ReadFull(pipe, got); err != nil || string(got) != "hello" {
		t.Errorf("%q came, %v", got, err)
	}
}
