package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pierun/pierun/pie"
)

func files(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// abandon lets go of the file as a dying process does, so that its lock is gone and the file stays.
func abandon(t *testing.T, j *Journal) {
	t.Helper()
	j.write()
	j.disk.Lock()
	if err := j.file.f.Close(); err != nil {
		t.Error(err)
	}
	j.file.f = nil
	j.disk.Unlock()
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

func TestJournalStaysSmall(t *testing.T) {
	dir := t.TempDir()
	j := New(config(dir))
	kept, _ := j.Intent(pie.Launching{Server: "ws://x", Program: "kept"})
	j.Launched(kept, "kept-id")
	for i := range 10_000 {
		ticket, _ := j.Intent(pie.Launching{Server: "ws://somewhere.example:8080", Program: "a-program@0.1.0"})
		id := fmt.Sprintf("0d5f0f2c-5f0b-4c56-9a53-%012d", i)
		j.Launched(ticket, id)
		j.Ended(id)
	}
	left := files(t, dir)
	info, err := os.Stat(left[0])
	if err != nil || len(left) != 1 || info.Size() > 2*compactAbove {
		t.Errorf("%d files, %d bytes, %v", len(left), info.Size(), err)
	}
	abandon(t, j)
	runs, err := orphans(dir, someTime)
	if err != nil || len(runs) != 1 || len(runs[0].Entries) != 1 || runs[0].Entries[0].InstanceID != "kept-id" {
		t.Errorf("%+v, %v", runs, err)
	}
}

// TestManyOpenAreNotLookedThroughAgainAndAgain: while most of a large file is open, a line costs what it always does.
func TestManyOpenAreNotLookedThroughAgainAndAgain(t *testing.T) {
	j := New(config(t.TempDir()))
	launch := func(n int) {
		ticket, _ := j.Intent(pie.Launching{Server: "ws://somewhere.example:8080", Program: "a-program@0.1.0"})
		j.Launched(ticket, fmt.Sprintf("0d5f0f2c-5f0b-4c56-9a53-%012d", n))
	}
	for n := range 20_000 {
		launch(n)
	}
	n := 20_000
	if allocs := testing.AllocsPerRun(100, func() { n++; launch(n) }); allocs > 50 {
		t.Errorf("%v allocations for a launch while %d are open", allocs, n)
	}
	abandon(t, j)
}

func TestLockIsExclusive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	first, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close() }()
	second, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	if err := lock(first); err != nil {
		t.Error(err)
	}
	if err := lock(second); !errors.Is(err, errLocked) {
		t.Errorf("got %v, want errLocked", err)
	}
}
