package pie_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// noise makes n bytes that are the same in each run.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// file sends data from the fake in chunks.
func (c *fakeConn) file(id, name string, data []byte, hash string) {
	total := max(1, (len(data)+wire.ChunkSize-1)/wire.ChunkSize)
	for n := range total {
		part := data[n*wire.ChunkSize : min(len(data), (n+1)*wire.ChunkSize)]
		c.tell(wire.Event{Kind: wire.File, ID: []byte(id), Hash: []byte(hash), Name: []byte(name),
			Chunk: wire.Chunk{Index: uint32(n), Total: uint32(total), Data: part}})
	}
}

// sender is a fake whose instance runs send and ends.
func sender(t *testing.T, send func(*fakeConn)) *fake {
	return newFake(t, "worker-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		send(c)
		c.done(idA, "")
		c.idle()
	})
}

func blobs(events []pie.Event) (list []*pie.Blob) {
	for _, e := range events {
		if e.Kind == pie.BlobEvent {
			list = append(list, e.Value.(*pie.Blob))
		}
	}
	return list
}

func TestFilesOfAnySizeArriveVerified(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	sizes := []int{1, wire.ChunkSize, wire.ChunkSize + 1, 9 << 20}
	f := sender(t, func(c *fakeConn) {
		for _, n := range sizes {
			c.file(idA, "../../etc/a.png", noise(n), program.Hash(noise(n)))
			c.file(idA, "", noise(n), program.Hash(noise(n))) // the same once more: two files
		}
	})
	c := f.dial(nil)
	events, err := collect(t, launch(t, c, pie.Launch{}))
	if err != nil {
		t.Fatal(err)
	}
	list := blobs(events)
	if len(list) != 2*len(sizes) {
		t.Fatalf("%d files", len(list))
	}
	for n, b := range list {
		data, err := b.Bytes()
		if err != nil || !bytes.Equal(data, noise(sizes[n/2])) || b.Size != int64(len(data)) {
			t.Errorf("file %d: %d bytes, %v", n, len(data), err)
		}
		if n%2 == 0 && b.Name != "a.png" {
			t.Errorf("name %q", b.Name)
		}
		if big := sizes[n/2] > 8<<20; big != (b.Path() != "") {
			t.Errorf("file %d is at %q", n, b.Path())
		}
	}
	folder := t.TempDir()
	first, err1 := list[0].Save(folder)
	second, err2 := list[2].Save(folder)
	if err1 != nil || err2 != nil || filepath.Base(first) != "a.png" || filepath.Base(second) != "a-1.png" {
		t.Errorf("%s %v, %s %v", first, err1, second, err2)
	}
	c.Close(t.Context())
	if left, _ := os.ReadDir(os.TempDir()); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := list[7].Bytes(); !errors.Is(err, pie.ErrIO) {
		t.Errorf("after the close: %v", err)
	}
}

func TestFilesAreSavedAsTheyCome(t *testing.T) {
	folder := t.TempDir()
	f := sender(t, func(c *fakeConn) {
		c.file(idA, "x.bin", noise(100), program.Hash(noise(100)))
		c.file(idA, "x.bin", noise(300_000), program.Hash(noise(300_000)))
	})
	events, err := collect(t, launch(t, f.dial(nil), pie.Launch{SaveDir: folder}))
	if err != nil {
		t.Fatal(err)
	}
	list := blobs(events)
	if filepath.Base(list[0].Path()) != "x.bin" || filepath.Base(list[1].Path()) != "x-1.bin" {
		t.Errorf("%s, %s", list[0].Path(), list[1].Path())
	}
	if data, _ := os.ReadFile(list[1].Path()); !bytes.Equal(data, noise(300_000)) {
		t.Errorf("%d bytes on disk", len(data))
	}
	if all, _ := os.ReadDir(folder); len(all) != 2 {
		t.Errorf("%v", all)
	}
}

func TestBrokenFilesEndTheirInstance(t *testing.T) {
	folder := t.TempDir()
	hash := program.Hash(noise(600_000))
	parts := func(c *fakeConn, total uint32, order ...uint32) {
		for _, n := range order {
			c.tell(wire.Event{Kind: wire.File, ID: []byte(idA), Hash: []byte(hash), Chunk: wire.Chunk{Index: n, Total: total, Data: noise(10)}})
		}
	}
	for name, send := range map[string]func(*fakeConn){
		"wrong hash":       func(c *fakeConn) { c.file(idA, "", noise(599_999), hash) },
		"a part missing":   func(c *fakeConn) { parts(c, 3, 0, 2) },
		"begins in middle": func(c *fakeConn) { parts(c, 3, 1) },
		"never ends":       func(c *fakeConn) { parts(c, 2, 0, 1, 2) },
		"huge promise":     func(c *fakeConn) { parts(c, 1<<32-1, 0, 0, 2) },
	} {
		t.Run(name, func(t *testing.T) {
			events, err := collect(t, launch(t, sender(t, send).dial(nil), pie.Launch{SaveDir: folder}))
			if len(events) != 0 || !errors.Is(err, pie.ErrProtocol) {
				t.Errorf("%v %v", events, err)
			}
			if left, _ := os.ReadDir(folder); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestHalfAFileIsRemovedWithTheConnection(t *testing.T) {
	folder := t.TempDir()
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		c.tell(wire.Event{Kind: wire.File, ID: []byte(idA), Hash: []byte("aa"), Chunk: wire.Chunk{Index: 0, Total: 9, Data: noise(10)}})
	})
	if events, err := collect(t, launch(t, f.dial(nil), pie.Launch{SaveDir: folder})); len(events) != 0 || !errors.Is(err, pie.ErrLost) {
		t.Errorf("%v %v", events, err)
	}
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestUnreadFilesGoToDiskInsteadOfOverflowing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	f := sender(t, func(c *fakeConn) {
		for n := range 30 {
			data := noise(100_000 + n)
			c.file(idA, "", data, program.Hash(data))
		}
	})
	c := f.dial(func(cfg *pie.Config) { cfg.InstanceBuffer = 1 << 20 })
	i := launch(t, c, pie.Launch{})
	<-i.Done()
	if events, err := collect(t, i); err != nil || len(blobs(events)) != 30 {
		t.Errorf("%d files, %v", len(blobs(events)), err)
	}
	c.Close(t.Context())
}

func TestFilesBothWays(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		c := dial(t, e, nil)
		i := launch(t, c, name(t, c, "echo"))
		data := noise(700_000)
		err := i.SendFile(soon(t), data, "a.bin")
		if !c.Features().SendFiles {
			if !errors.Is(err, pie.ErrUnsupported) {
				t.Errorf("%v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		ev, err := i.Next(soon(t))
		if err != nil || ev.Kind != pie.BlobEvent {
			t.Fatalf("%v %v", ev, err)
		}
		if got, _ := ev.Value.(*pie.Blob).Bytes(); !bytes.Equal(got, data) {
			t.Errorf("%d bytes came back", len(got))
		}
	})
}

// TestAReturnInTheMiddleOfAFile is no good end: the file is missing. One that failed says so by itself.
func TestAReturnInTheMiddleOfAFile(t *testing.T) {
	for _, end := range []wire.EventKind{wire.Completed, wire.Exception} {
		f := newFake(t, "worker-0.5", func(c *fakeConn) {
			cmd := c.want(wire.Launch)
			c.yes(&cmd, idA)
			c.out(idA, "said")
			c.tell(wire.Event{Kind: wire.File, ID: []byte(idA), Hash: []byte("aa"), Name: []byte("a.png"),
				Chunk: wire.Chunk{Total: 2, Data: []byte("half")}})
			c.tell(wire.Event{Kind: end, ID: []byte(idA), Text: []byte("42")})
			c.idle()
		})
		events, err := collect(t, launch(t, f.dial(nil), pie.Launch{}))
		var e *pie.Error
		if end == wire.Exception {
			if len(events) != 2 || err != nil {
				t.Errorf("%v, %v", events, err)
			}
		} else if len(events) != 1 || !errors.As(err, &e) || e.Kind != pie.KindProtocol || e.Running != pie.False ||
			e.Server != "42" || !strings.Contains(e.Message, `"a.png"`) {
			t.Errorf("%v, %v", events, err)
		}
	}
}
