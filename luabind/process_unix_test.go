//go:build unix

package luabind_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// What a command has started itself ends with it when its task is cancelled: the pipe that it holds is closed.
func TestExecuteEndsWhatTheCommandStarted(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	h := newHost(t)
	h.start()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- h.rt.RunString(ctx, "test.lua", `os.execute("sleep 600 > '`+pipe+`'; true")`) }()
	held, err := os.Open(pipe) // waits for the command to open it
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Close() }()
	cancel()
	if _, err := io.ReadAll(held); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil {
		t.Error("the run was cancelled")
	}
	h.stop()
}
