package pie

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Blob is a file that a program sent, whole and verified by its hash.
type Blob struct {
	Name string // as the program suggested, without any folder; "" for none
	Size int64  // bytes
	Hash string // BLAKE3, 64 hex digits

	mu   sync.Mutex
	data []byte // nil when on disk
	path string
	temp bool // path is the client's own: it goes away with the client, or when nobody has the Blob any more
}

// Path is where the file is on disk: in Launch.SaveDir, where Save put it, or, if it was too large for memory, a
// temporary place until the client is closed. "" for one that is in memory.
func (b *Blob) Path() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.path
}

// Bytes gives the content, which the caller must not change.
func (b *Blob) Bytes() ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.path == "" {
		return b.data, nil
	}
	data, err := os.ReadFile(b.path)
	if err != nil {
		return nil, b.gone(err)
	}
	return data, nil
}

func (b *Blob) gone(err error) error {
	e := &Error{Kind: KindIO, Op: "bytes", Message: "the received file cannot be read any more", Err: err}
	if b.temp && errors.Is(err, fs.ErrNotExist) {
		e.Hint = "it was in a temporary place that ended with its client; save it before closing"
	}
	return e
}

// Save writes the file to path and gives the path it has then. An existing folder, or a path with a separator at its
// end, gets it under its own name (the hash if it has none), and nothing there is replaced: a second a.png becomes
// a-1.png. Any other path is replaced. Where it fails, nothing of it is left behind.
func (b *Blob) Save(path string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	to, err := b.saveTo(path)
	if err != nil {
		return "", &Error{Kind: KindIO, Op: "save", Message: fmt.Sprintf("the file %q could not be saved", b.fileName()), Err: err}
	}
	return to, nil
}

func (b *Blob) fileName() string {
	if b.Name != "" {
		return b.Name
	}
	return b.Hash
}

// saveTo writes the file beside its place first, so that no half of it ever stands there. What is no regular file, such
// as a device, is written to.
func (b *Blob) saveTo(path string) (string, error) {
	info, err := os.Stat(path)
	folder := strings.HasSuffix(path, "/") || strings.HasSuffix(path, string(filepath.Separator)) || err == nil && info.IsDir()
	switch {
	case folder:
		return b.saveInto(path)
	case err == nil && !info.Mode().IsRegular():
		return path, b.writeOver(path)
	}
	part, err := b.copyInto(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	if err := os.Rename(part, path); err != nil {
		_ = os.Remove(part)
		return "", err
	}
	return path, nil
}

func (b *Blob) saveInto(folder string) (string, error) {
	part, err := b.copyInto(folder)
	if err != nil {
		return "", err
	}
	to, err := moveInto(part, folder, b.fileName())
	if err != nil {
		_ = os.Remove(part)
	}
	return to, err
}

// copyInto writes the content to a new file in the folder, which is gone again if that fails.
func (b *Blob) copyInto(folder string) (part string, err error) {
	f, err := createPart(folder)
	if err != nil {
		return "", err
	}
	if err := errors.Join(b.copyTo(f), f.Close()); err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

func (b *Blob) writeOver(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(b.copyTo(f), f.Close())
}

func (b *Blob) copyTo(out io.Writer) error {
	if b.path == "" {
		_, err := out.Write(b.data)
		return err
	}
	in, err := os.Open(b.path)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = io.Copy(out, in)
	return err
}

// claim makes an empty file in the folder under a name that nobody else has.
func claim(folder, name string) (string, error) {
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := 0; ; n++ {
		path := filepath.Join(folder, name)
		if n > 0 {
			path = filepath.Join(folder, fmt.Sprintf("%s-%d%s", stem, n, ext))
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err == nil {
			return path, f.Close()
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", err
		}
	}
}

// safeName is a name from the wire without anything that could lead out of a folder.
func safeName(name []byte) string {
	s := strings.ReplaceAll(string(name), `\`, "/")
	s = strings.TrimSpace(s[strings.LastIndexByte(s, '/')+1:])
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, s)
	if s == "." || s == ".." || len(s) > 255 {
		return ""
	}
	return s
}
