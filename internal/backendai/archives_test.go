package backendai_test

import (
	"archive/tar"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/pierun/pierun/internal/backendai"
)

// TestArchivesAreChecked: names that lead out, files that did not come and an archive that is cut are errors that name the call.
func TestArchivesAreChecked(t *testing.T) {
	whole := archiveOf(t, "a")
	for want, parts := range map[string][][]byte{
		"leads out of the folder":           {archiveOf(t, "../../evil")},
		`"/etc/x" is no file name`:          {archiveOf(t, "/etc/x")},
		`the answer has no "d/b"`:           {whole},
		`no "a", no "d/b"`:                  {},
		`"a" in the archive: it was cut in`: {whole[:700], whole},
		"":                                  {whole, archiveOf(t, "b/c")},
	} {
		err := served(t, mixed(parts)).Download(t.Context(), "x", []string{"a", "d/b"}, func(f backendai.Fetched) error {
			_, err := io.Copy(io.Discard, f.Body)
			return err
		})
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "download from session x: ")) {
			t.Errorf("want %s: %v", want, err)
		}
	}
}

func mixed(parts [][]byte) http.HandlerFunc {
	var b bytes.Buffer
	for _, p := range parts {
		b.WriteString("--BB\r\nContent-Type: application/octet-stream\r\n\r\n" + string(p) + "\r\n")
	}
	b.WriteString("--BB--\r\n")
	return body("multipart/mixed; boundary=BB", b.String(), false)
}

func archiveOf(t *testing.T, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: 1000}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
