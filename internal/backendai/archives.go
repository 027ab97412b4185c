package backendai

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"path"
	"strings"
)

// Fetched is a file out of a session's archive; read Body before the callback returns.
type Fetched struct {
	Name string // relative, and never out of the folder it is put into
	Mode fs.FileMode
	Size int64
	Body io.Reader
}

// archives are those of one download: an archive for each file or folder that was asked for.
type archives struct {
	op   string
	each func(Fetched) error
	tops map[string]bool // first names of the paths in them
	full int             // archives with something in them
}

func (a *archives) read(parts *multipart.Reader) error {
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return a.broken(err)
		}
		if err := a.files(tar.NewReader(part)); err != nil {
			return err
		}
	}
}

// broken is the error of an answer that cannot be read to its end.
func (a *archives) broken(err error) error { return &Error{Type: ErrResponse, Op: a.op, Err: err} }

func (a *archives) files(archive *tar.Reader) error {
	for n := 0; ; n++ {
		h, err := archive.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = CheckPath(h.Name)
		}
		if err != nil {
			return a.broken(err)
		}
		if n == 0 {
			a.full++
		}
		top, _, _ := strings.Cut(path.Clean(h.Name), "/")
		a.tops[top] = true
		if err := a.file(h, archive); err != nil {
			return err
		}
	}
}

// file hands out a regular file. What fails in the archive is told from what fails in the caller.
func (a *archives) file(h *tar.Header, archive io.Reader) error {
	if h.Typeflag != tar.TypeReg {
		return nil
	}
	body := &accused{r: archive}
	err := a.each(Fetched{h.Name, h.FileInfo().Mode(), h.Size, body})
	if err != nil && body.err != nil {
		return a.broken(fmt.Errorf("%s in the archive: %w", quote(h.Name), body.err))
	}
	return err
}

// accused keeps the fault of a reader.
type accused struct {
	r   io.Reader
	err error
}

func (a *accused) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if err != nil && err != io.EOF {
		a.err = err
	}
	return n, err
}

// complete says which of the files that were asked for have not come. Managers refuse a download in which one is missing, but a
// proxy, or a manager that reads the first name only, may not.
func (a *archives) complete(files []string) error {
	var missing []string
	for _, f := range files {
		if base := path.Base(path.Clean(f)); base != "." && base != ".." && !a.tops[base] {
			missing = append(missing, quote(f))
		}
	}
	if len(missing) == 0 || a.full >= len(files) {
		return nil
	}
	return a.broken(errors.New("the answer has no " + strings.Join(missing, ", no ")))
}
