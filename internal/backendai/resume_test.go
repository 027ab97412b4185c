package backendai_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/backendai"
)

// storage gives out a file and cuts each answer after so many bytes; 0 is at once. With changes, the file is another each time.
func storage(t *testing.T, file []byte, cutAfter int, changes bool, asked *atomic.Int32) http.HandlerFunc {
	return saying(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_, _ = io.WriteString(w, `{"token":"t","url":"http://`+r.Host+`/download"}`)
			return
		}
		n := asked.Add(1)
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("ETag", `"1"`)
		if changes {
			w.Header().Set("ETag", `"`+strings.Repeat("x", int(n))+`"`)
		}
		if r.Header.Get("Authorization") != "" {
			t.Error("the storage was shown a signature")
		}
		http.ServeContent(&cutting{w, cutAfter}, r, "", time.Time{}, bytes.NewReader(file))
	})
}

// cutting breaks an answer off behind so many bytes.
type cutting struct {
	http.ResponseWriter
	left int
}

func (c *cutting) Write(p []byte) (int, error) {
	n, _ := c.ResponseWriter.Write(p[:min(len(p), c.left)])
	if c.left -= n; n < len(p) {
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, nil
}

// TestDownloadGoesOnWhereItWasCut: what has come does not come again, as long as anything comes.
func TestDownloadGoesOnWhereItWasCut(t *testing.T) {
	file := bytes.Repeat([]byte("0123456789"), 100_000)
	for _, c := range []struct {
		cutAfter      int
		from          int64
		archive, bad  bool
		changes       bool
		asked, atMost int32
	}{
		{cutAfter: 1 << 30, asked: 1, atMost: 1},
		{cutAfter: 110_000, asked: 10, atMost: 11},
		{cutAfter: 110_000, from: 900_000, asked: 1, atMost: 1},
		{cutAfter: 110_000, archive: true, bad: true, asked: 1, atMost: 1},
		{cutAfter: 110_000, changes: true, bad: true, asked: 2, atMost: 2},
		{cutAfter: 0, bad: true, asked: 3, atMost: 3},
	} {
		var asked atomic.Int32
		var got bytes.Buffer
		client := served(t, storage(t, file, c.cutAfter, c.changes, &asked))
		n, err := client.DownloadFromFolder(t.Context(), "data", "f", c.archive, c.from, &got)
		if (err != nil) != c.bad || asked.Load() < c.asked || asked.Load() > c.atMost || n != int64(got.Len()) || !bytes.HasPrefix(file[c.from:], got.Bytes()) {
			t.Errorf("%+v: asked %d times, %d bytes, %v", c, asked.Load(), n, err)
		}
		if !c.bad && got.Len() != len(file)-int(c.from) {
			t.Errorf("%+v: %d bytes", c, got.Len())
		}
		if c.bad && !errors.As(err, new(*backendai.Error)) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
