package pie_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// fileOf writes data to a file.
func fileOf(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notes.bin")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// steps notes what a Progress is told: it has to grow, in parts, up to all of it.
type steps struct {
	mu   sync.Mutex
	done []int64
	all  int64
}

func (s *steps) tell(done, total int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done, s.all = append(s.done, done), total
}

func (s *steps) check(t *testing.T, size int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	parts := max(1, (size+wire.ChunkSize-1)/wire.ChunkSize)
	if len(s.done) != parts || s.all != int64(size) || s.done[parts-1] != int64(size) {
		t.Errorf("of %d bytes: told %v of %d", size, s.done, s.all)
	}
}

func TestFilesFromDiskWithProgress(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, nil)
		i := launch(t, c, name(t, c, "echo"))
		for _, size := range []int{1, wire.ChunkSize, 3*wire.ChunkSize + 1} {
			var s steps
			err := i.SendPath(soon(t), fileOf(t, noise(size)), "", s.tell)
			if !c.Features().SendFiles {
				if !errors.Is(err, pie.ErrUnsupported) {
					t.Errorf("%v", err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			s.check(t, size)
			e, err := i.Next(soon(t))
			if err != nil || e.Kind != pie.BlobEvent {
				t.Fatalf("%v %v", e, err)
			}
			if got, _ := e.Value.(*pie.Blob).Bytes(); !bytes.Equal(got, noise(size)) {
				t.Errorf("%d bytes of %d came back", len(got), size)
			}
		}
	})
}

func TestIdenticalFilesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, nil)
		if !c.Features().SendFiles {
			return
		}
		i := launch(t, c, name(t, c, "echo"))
		const many = 20
		data, path := noise(600_000), fileOf(t, noise(600_000))
		var all sync.WaitGroup
		for n := range many {
			all.Go(func() {
				err := error(nil)
				if n%2 == 0 {
					err = i.SendFile(soon(t), data, "")
				} else {
					err = i.SendPath(soon(t), path, "")
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		for range many {
			e, err := i.Next(soon(t))
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := e.Value.(*pie.Blob).Bytes(); !bytes.Equal(got, data) {
				t.Fatalf("%d bytes came back", len(got))
			}
		}
		all.Wait()
	})
}

func TestUnreadableFiles(t *testing.T) {
	c := dial(t, serve(t, "worker-0.5"), nil)
	i := launch(t, c, name(t, c, "echo"))
	for _, path := range []string{filepath.Join(t.TempDir(), "none.bin"), t.TempDir()} {
		if err := i.SendPath(soon(t), path, ""); !errors.Is(err, pie.ErrIO) || !strings.Contains(err.Error(), filepath.Base(path)) {
			t.Errorf("%v", err)
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := i.SendPath(over, fileOf(t, noise(10)), ""); !errors.Is(err, pie.ErrCancelled) {
		t.Errorf("%v", err)
	}
}

// TestFilesThatChangeWhileTheyAreSent: the program must not take them for whole, and the next transfer goes well.
func TestFilesThatChangeWhileTheyAreSent(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"shorter": func(path string) error { return os.Truncate(path, 10) },
		"other":   func(path string) error { return os.WriteFile(path, noise(5 * wire.ChunkSize)[1:], 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, serve(t, "process-0.4"), nil)
			i := launch(t, c, pie.Launch{Program: "echo@0.1.0"})
			path := fileOf(t, noise(5*wire.ChunkSize))
			var once sync.Once
			err := i.SendPath(soon(t), path, "", func(int64, int64) {
				once.Do(func() {
					if err := spoil(path); err != nil {
						t.Error(err)
					}
				})
			})
			if !errors.Is(err, pie.ErrIO) || !strings.Contains(err.Error(), "notes.bin") {
				t.Errorf("%v", err)
			}
			if err := i.SendFile(soon(t), noise(5*wire.ChunkSize), ""); err != nil {
				t.Error(err)
			}
			if e, err := i.Next(soon(t)); err != nil || e.Kind != pie.BlobEvent || e.Size != 5*wire.ChunkSize {
				t.Errorf("%v %v", e, err)
			}
		})
	}
}

func TestInstallProgress(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, nil)
		var s steps
		up := pie.Upload{Bytes: noise(2*wire.ChunkSize + 9), File: "noise.wasm", Progress: s.tell}
		_, _ = c.Install(soon(t), up) // what it takes for a program does not matter here
		s.check(t, len(up.Bytes))
	})
}
