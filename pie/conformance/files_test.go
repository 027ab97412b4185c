package conformance_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// files are about files, both ways.
func files() []scenario {
	return []scenario{
		{name: "files from the program", play: filesDown},
		{name: "an empty file never arrives", play: emptyFile},
		{name: "the same file twice is two files", play: sameFile},
		{name: "two hundred files right behind the launch", play: manyFiles},
		{name: "a file of more than 8 MiB is on disk", play: largeFile},
		{name: "files into a folder", play: savedFiles},
		{name: "files to the program and back", play: filesUp},
	}
}

// blobs takes all files of a launch.
func (x *trial) blobs(p pie.Launch, c *pie.Client) (list []*pie.Blob, others []pie.Event) {
	x.Helper()
	for _, e := range x.ends(x.start(c, p), pie.Completed) {
		if b, ok := e.Value.(*pie.Blob); ok {
			list = append(list, b)
		} else {
			others = append(others, e)
		}
	}
	return list, others
}

// whole checks a file of n sevens.
func (x *trial) whole(b *pie.Blob, n int) {
	x.Helper()
	data, err := b.Bytes()
	if err != nil || !bytes.Equal(data, labFile(n)) || b.Size != int64(n) || b.Hash != program.Hash(data) {
		x.Errorf("a file of %d bytes: got %d, %v", n, len(data), err)
	}
}

// filed says whether files can come, and plays the launch that shows it where not.
func (x *trial) filed(c *pie.Client) bool {
	if c.Features().RecvFiles {
		return true
	}
	list, _ := x.blobs(x.lab(c, "file:10", "ret:done"), c)
	x.equal("files", len(list), 0)
	return false
}

func filesDown(x *trial) {
	c := x.client()
	if !x.filed(c) {
		return
	}
	sizes := []int{1, wire.ChunkSize - 1, wire.ChunkSize, wire.ChunkSize + 1, 3*wire.ChunkSize + 5}
	var steps []string
	for _, n := range sizes {
		steps = append(steps, fmt.Sprint("file:", n), fmt.Sprint("msg:", n))
	}
	list, others := x.blobs(x.lab(c, steps...), c)
	if len(list) != len(sizes) || len(others) != len(sizes)+1 {
		x.Fatalf("%d files and %s", len(list), brief(others))
	}
	for k, n := range sizes {
		x.whole(list[k], n)
	}
}

func emptyFile(x *trial) {
	c := x.client()
	list, others := x.blobs(x.lab(c, "file:0", "msg:behind"), c)
	if len(list) != 0 || text(others, pie.Message) != "behind" {
		x.Errorf("%d files, %s", len(list), brief(others))
	}
}

func sameFile(x *trial) {
	c := x.client()
	if !x.filed(c) {
		return
	}
	list, _ := x.blobs(x.lab(c, "file:300000", "file:300000"), c)
	if len(list) != 2 {
		x.Fatalf("%d files", len(list))
	}
	x.whole(list[0], 300000)
	x.whole(list[1], 300000)
}

func manyFiles(x *trial) {
	c := x.client()
	if !x.filed(c) {
		return
	}
	var steps []string
	for n := range 200 {
		steps = append(steps, fmt.Sprint("file:", n+1))
	}
	list, _ := x.blobs(x.lab(c, steps...), c)
	if len(list) != 200 {
		x.Fatalf("%d files", len(list))
	}
	for n, b := range list {
		x.whole(b, n+1)
	}
}

func largeFile(x *trial) {
	c := x.client()
	if !x.filed(c) {
		return
	}
	const n = 9<<20 + 17
	list, _ := x.blobs(x.lab(c, fmt.Sprint("file:", n)), c)
	if len(list) != 1 {
		x.Fatalf("%d files", len(list))
	}
	path := list[0].Path()
	if _, err := os.Stat(path); path == "" || err != nil {
		x.Errorf("it is not on disk: %q %v", path, err)
	}
	x.whole(list[0], n)
	_ = c.Close(x.soon())
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		x.Errorf("it is still on disk after the client has gone: %v", err)
	}
}

func savedFiles(x *trial) {
	c := x.client()
	if !x.filed(c) {
		return
	}
	p := x.lab(c, "file:10", "file:10", "file:300000")
	p.SaveDir = x.TempDir()
	list, _ := x.blobs(p, c)
	_ = c.Close(x.soon())
	found, err := os.ReadDir(p.SaveDir)
	if err != nil || len(found) != 3 || len(list) != 3 {
		x.Fatalf("%v %v, %d files came", found, err, len(list))
	}
	x.whole(list[2], 300000)
}

func filesUp(x *trial) {
	c := x.client()
	if !c.Features().SendFiles {
		i := x.launch(c, "recv")
		x.refused("send_file", i.SendFile(x.soon(), labFile(1), ""), pie.ErrUnsupported)
		return
	}
	for _, n := range []int{1, wire.ChunkSize, wire.ChunkSize + 1, 1 << 20} {
		i := x.bounced(c, n)
		x.whole(x.next(i, pie.BlobEvent).Value.(*pie.Blob), n)
		x.ends(i, pie.Completed)
	}
	x.ends(x.bounced(c, 0), pie.Completed) // an empty file does arrive on the way up
}

// bounced sends a file to a lab until it says that it got it: servers drop a file for which the program does not wait
// yet, and nothing tells when it does.
func (x *trial) bounced(c *pie.Client, n int) *pie.Instance {
	x.Helper()
	i := x.launch(c, "bounce", "ret:done")
	x.equal("it says", x.next(i, pie.Message).Value, "ready")
	for {
		if err := i.SendFile(x.soon(), labFile(n), "seven.bin"); err != nil {
			x.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		e, err := i.Next(ctx)
		cancel()
		switch {
		case errors.Is(err, pie.ErrTimeout):
		case err != nil:
			x.Fatal(err)
		default:
			x.equal("it says", e.Value, fmt.Sprint("got ", n))
			return i
		}
	}
}
