//go:build manager

package backendai_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/pierun/pierun/internal/backendai"
)

func sessionFiles(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	var files []backendai.File
	for i := range 25 {
		files = append(files, backendai.File{Name: fmt.Sprintf("many/%02d.txt", i), Data: []byte(fmt.Sprint(i))})
	}
	files = append(files, backendai.File{Name: "a dir/ö \"q\".txt", Data: []byte("odd name")}, backendai.File{Name: "full.bin", Data: bytes.Repeat([]byte("x"), 1<<20-1)})
	fine(t, c.Upload(ctx, id, files))
	if l := ok[[]backendai.Entry](t)(c.ListFiles(ctx, id, "many")); len(l) != 25 {
		t.Errorf("%d files", len(l))
	}
	l := ok[[]backendai.Entry](t)(c.ListFiles(ctx, id, "a dir"))
	var out bytes.Buffer
	if n, err := c.DownloadOne(ctx, id, "a dir/"+l[0].Name, &out); err != nil || n != 8 || out.String() != "odd name" {
		t.Errorf("%q: %q %v", l[0].Name, &out, err)
	}
	got := map[string]string{}
	fine(t, c.Download(ctx, id, []string{"many/03.txt", "many/24.txt"}, func(f backendai.Fetched) error {
		b, err := io.ReadAll(f.Body)
		got[f.Name] = string(b)
		return err
	}))
	if len(got) != 2 || got["03.txt"] != "3" || got["24.txt"] != "24" {
		t.Errorf("%v", got)
	}
	if _, err := c.DownloadOne(ctx, id, "nothing", io.Discard); err == nil {
		t.Error("a file that is not there came")
	}
	if _, err := c.ListFiles(ctx, id, "nowhere"); err == nil || !strings.Contains(err.Error(), "No such file") {
		t.Error(err)
	}
}

func sessionLargeFile(t *testing.T, ctx context.Context, c *backendai.Client, id string) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 22<<16+7) // a little more than 22 MiB
	var last int64
	fine(t, c.UploadLarge(ctx, id, "deep/er/large.bin", bytes.NewReader(data), func(n int64) { last = n }))
	if last != int64(len(data)) {
		t.Errorf("progress ended at %d", last)
	}
	var out bytes.Buffer
	if n, err := c.DownloadLarge(ctx, id, "deep/er/large.bin", &out); err != nil || n != int64(len(data)) || !bytes.Equal(out.Bytes(), data) {
		t.Errorf("%d bytes, %v", n, err)
	}
}
