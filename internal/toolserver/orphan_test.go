//go:build unix

package toolserver_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/transcript"
)

// A child that will not end is killed within the grace, with what it has started.
func TestNoOrphans(t *testing.T) {
	var said transcript.Transcript
	cfg := child("deaf", &said)
	cfg.Grace = 300 * time.Millisecond
	s := connect(t, cfg)
	s.Close()
	var grandchild int
	if _, err := fmt.Sscanf(said.String(), "[mcp:demo] %d\n", &grandchild); err != nil {
		t.Fatal(said.String())
	}
	for ctx := soon(t); alive(grandchild); {
		if ctx.Err() != nil {
			t.Fatalf("process %d is alive", grandchild)
		}
	}
}

// alive is false for what has ended, also where nobody has taken note of it yet.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return syscall.Kill(pid, 0) == nil && (err != nil || !strings.Contains(string(stat), ") Z "))
}
