package pie_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// part sends one part of a file.
func (c *fakeConn) part(name, hash string, index, total int, data []byte) {
	c.tell(wire.Event{Kind: wire.File, ID: []byte(idA), Hash: []byte(hash), Name: []byte(name),
		Chunk: wire.Chunk{Index: uint32(index), Total: uint32(total), Data: data}})
}

// nothingIn fails if anything is in the folder, hidden files included.
func nothingIn(t *testing.T, folder string) {
	t.Helper()
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("left in %s: %v %v", folder, left, err)
	}
}

// TestFilesAtOnce: hundreds of files in turns, most of them on disk.
func TestFilesAtOnce(t *testing.T) {
	const files, parts = 300, 6
	t.Setenv("TMPDIR", t.TempDir())
	content := func(n int) []byte { return append([]byte(fmt.Sprint(n)), noise(50_000)...) }
	f := sender(t, func(c *fakeConn) {
		for k := range parts {
			for n := range files {
				data := content(n)
				size := (len(data) + parts - 1) / parts
				c.part(fmt.Sprint(n), program.Hash(data), k, parts, data[k*size:min(len(data), (k+1)*size)])
			}
		}
	})
	c := f.dial(func(cfg *pie.Config) { cfg.FileMemory, cfg.Buffer = 20_000, 16<<20 })
	events, err := collect(t, launch(t, c, pie.Launch{}))
	list := blobs(events)
	if err != nil || len(list) != files {
		t.Fatalf("%d files, %v", len(list), err)
	}
	for n, b := range list {
		if data, err := b.Bytes(); err != nil || !bytes.Equal(data, content(n)) || b.Path() == "" {
			t.Errorf("file %d: %d bytes at %q, %v", n, len(data), b.Path(), err)
		}
	}
	c.Close(t.Context())
	nothingIn(t, os.TempDir())
}

// TestFilesThatNeverEnd: a program that begins files and ends none is stopped at a number.
func TestFilesThatNeverEnd(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	f := sender(t, func(c *fakeConn) {
		for n := range 5000 {
			c.part("x", fmt.Sprintf("%064d", n), 0, 9, noise(1000))
		}
	})
	c := f.dial(func(cfg *pie.Config) { cfg.FileMemory, cfg.Buffer = 500, 1<<20 })
	if events, err := collect(t, launch(t, c, pie.Launch{})); len(events) != 0 || !errors.Is(err, pie.ErrOverflow) {
		t.Errorf("%v %v", events, err)
	}
	nothingIn(t, onlyFolder(t, os.TempDir()))
}

func onlyFolder(t *testing.T, in string) string {
	t.Helper()
	list, err := os.ReadDir(in)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	return filepath.Join(in, list[0].Name())
}

// TestFilesOnDiskAreBounded: the temporary folder takes so much, and gives it back when nobody has a file any more.
func TestFilesOnDiskAreBounded(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	send := func(n int) func(*fakeConn) {
		return func(c *fakeConn) {
			for k := range n {
				data := append([]byte{byte(k)}, noise(99_999)...)
				c.file(idA, "", data, program.Hash(data))
			}
		}
	}
	bound := func(cfg *pie.Config) { cfg.FileMemory, cfg.FileDisk = 10_000, 1_000_000 }
	c := sender(t, send(11)).dial(bound)
	func() {
		events, err := collect(t, launch(t, c, pie.Launch{}))
		if len(blobs(events)) != 10 || !errors.Is(err, pie.ErrOverflow) {
			t.Errorf("%d files, %v", len(blobs(events)), err)
		}
	}()
	folder := onlyFolder(t, os.TempDir())
	for range 100 { // the files go in the background once they are garbage
		if left, _ := os.ReadDir(folder); len(left) == 0 {
			break
		}
		runtime.GC()
	}
	nothingIn(t, folder)
	c.Close(t.Context())
	saved := t.TempDir()
	events, err := collect(t, launch(t, sender(t, send(11)).dial(bound), pie.Launch{SaveDir: saved}))
	if len(blobs(events)) != 11 || err != nil {
		t.Errorf("into a folder: %d files, %v", len(blobs(events)), err)
	}
}

// TestCutFileIsNamedAndGone in each way of ending in the middle of a file.
func TestCutFileIsNamedAndGone(t *testing.T) {
	folder := t.TempDir()
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		c.part("report.pdf", "aa", 0, 9, noise(10))
	})
	_, err := collect(t, launch(t, f.dial(nil), pie.Launch{SaveDir: folder}))
	if !errors.Is(err, pie.ErrLost) || !strings.Contains(err.Error(), "report.pdf") {
		t.Errorf("cut: %v", err)
	}
	nothingIn(t, folder)

	terminated := newFake(t, "worker-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		c.part("report.pdf", "aa", 0, 9, noise(10))
		c.out(idA, "half of it")
		stop := c.want(wire.Terminate)
		c.yes(&stop, "")
		c.tell(wire.Event{Kind: wire.Aborted, ID: []byte(idA), Text: []byte("Signal")})
		c.idle()
	})
	i := launch(t, terminated.dial(nil), pie.Launch{SaveDir: folder})
	if e, err := i.Next(soon(t)); err != nil || e.Value != "half of it" {
		t.Fatalf("%v %v", e, err)
	}
	if err := i.Terminate(soon(t)); err != nil {
		t.Error(err)
	}
	if _, err := collect(t, i); err != nil {
		t.Error(err)
	}
	nothingIn(t, folder)
}

// TestFolderIsGone: a file that cannot be stored ends its instance with io, which names the file.
func TestFolderIsGone(t *testing.T) {
	for _, n := range []int{10, 3 * wire.ChunkSize, 9 << 20} {
		folder := filepath.Join(t.TempDir(), "gone")
		f := sender(t, func(c *fakeConn) { c.file(idA, "../x/report.pdf", noise(n), program.Hash(noise(n))) })
		events, err := collect(t, launch(t, f.dial(nil), pie.Launch{SaveDir: folder}))
		if len(events) != 0 || !errors.Is(err, pie.ErrIO) || !strings.Contains(err.Error(), `"report.pdf"`) {
			t.Errorf("%d bytes: %v %v", n, events, err)
		}
		nothingIn(t, filepath.Dir(folder))
	}
}

func TestSaveLeavesNoHalves(t *testing.T) {
	f := sender(t, func(c *fakeConn) { c.file(idA, "a.txt", noise(100), program.Hash(noise(100))) })
	events, err := collect(t, launch(t, f.dial(nil), pie.Launch{}))
	if err != nil {
		t.Fatal(err)
	}
	b, folder := blobs(events)[0], t.TempDir()
	full := filepath.Join(folder, "full")
	if err := os.Symlink("/dev/full", full); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{full, filepath.Join(folder, "no", "such", "x"), filepath.Join(folder, "none") + "/"} {
		if to, err := b.Save(path); !errors.Is(err, pie.ErrIO) || !strings.Contains(err.Error(), "a.txt") {
			t.Errorf("%s: %q %v", path, to, err)
		}
	}
	old := filepath.Join(folder, "old")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if to, err := b.Save(old); err != nil || to != old {
		t.Errorf("%q %v", to, err)
	}
	if data, _ := os.ReadFile(old); !bytes.Equal(data, noise(100)) {
		t.Errorf("%d bytes", len(data))
	}
	if left, _ := os.ReadDir(folder); len(left) != 2 {
		t.Errorf("left: %v", left)
	}
}

// TestSavedFilesHaveTheUsualPermissions: others may read what the umask lets them.
func TestSavedFilesHaveTheUsualPermissions(t *testing.T) {
	folder := t.TempDir()
	f := sender(t, func(c *fakeConn) { c.file(idA, "a", noise(10), program.Hash(noise(10))) })
	events, err := collect(t, launch(t, f.dial(nil), pie.Launch{SaveDir: folder}))
	if err != nil {
		t.Fatal(err)
	}
	saved, err := blobs(events)[0].Save(filepath.Join(folder, "b"))
	if err != nil {
		t.Fatal(err)
	}
	usual := filepath.Join(folder, "c")
	if err := os.WriteFile(usual, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	want, _ := os.Stat(usual)
	for _, path := range []string{blobs(events)[0].Path(), saved} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want.Mode() {
			t.Errorf("%s: %v %v, want %v", path, info.Mode(), err, want.Mode())
		}
	}
}

func TestArrivalsAreTold(t *testing.T) {
	data := noise(3*wire.ChunkSize + 5)
	f := sender(t, func(c *fakeConn) {
		c.file(idA, "small", noise(5), program.Hash(noise(5)))
		c.file(idA, "large", data, program.Hash(data))
		c.part("half", "aa", 0, 2, noise(10))
	})
	var mu sync.Mutex
	var told []string
	c := f.dial(func(cfg *pie.Config) {
		cfg.Arriving = func(a pie.Arrival) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, fmt.Sprint(a.Name, a.Done, a.Total, a.Ended))
		}
	})
	if _, err := collect(t, launch(t, c, pie.Launch{})); !errors.Is(err, pie.ErrProtocol) { // half a file is none
		t.Fatal(err)
	}
	n, size := wire.ChunkSize, len(data)
	want := []string{fmt.Sprint("large", n, 4*n, false), fmt.Sprint("large", 2*n, 4*n, false), fmt.Sprint("large", 3*n, 4*n, false),
		fmt.Sprint("large", size, size, false), fmt.Sprint("large", size, size, true),
		fmt.Sprint("half", 10, 20, false), fmt.Sprint("half", 10, 20, true)}
	mu.Lock()
	defer mu.Unlock()
	if fmt.Sprint(told) != fmt.Sprint(want) {
		t.Errorf("%v\nwant %v", told, want)
	}
}
