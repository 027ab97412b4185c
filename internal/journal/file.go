package journal

import (
	"errors"
	"fmt"
	"os"
	"slices"
)

const (
	suffix       = ".jsonl"
	compactAbove = 1 << 20 // bytes of a file, before it is looked at
	createTries  = 20      // for a new file: somebody who looks through the folder may have its lock for a moment
)

// file is what one run keeps on disk. Whoever uses it keeps others away.
type file struct {
	dir    string
	header header
	open   func() []Entry // what a file that is written anew has to hold
	f      *os.File       // nil: none yet
	size   int64
	look   int64 // the size from which on it is looked at
}

// put appends text to the file, which it makes first if need be.
func (d *file) put(text []byte) error {
	if d.f == nil {
		f, err := d.create()
		if err != nil {
			return err
		}
		d.f, d.size, d.look = f, 0, compactAbove
		text = append(line{Header: &d.header}.append(nil), text...)
	}
	n, err := d.f.Write(text)
	d.size += int64(n)
	if err == nil && d.size > d.look {
		return d.compact()
	}
	return err
}

// create makes an empty, locked file that no other run has. Until the header is in it, readers leave it alone.
func (d *file) create() (*os.File, error) {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return nil, err
	}
	for range createTries {
		f, err := os.CreateTemp(d.dir, fmt.Sprintf("run-%d-*%s", d.header.PID, suffix))
		if err != nil {
			return nil, err
		}
		err = lock(f)
		if err == nil {
			return f, nil
		}
		discard(f)
		if !errors.Is(err, errLocked) {
			return nil, err
		}
	}
	return nil, errLocked
}

// compact goes on in a new file that holds what is open alone, once most of the old one is history. Should the
// process die between the two, both are found, which says the same twice.
func (d *file) compact() error {
	text := line{Header: &d.header}.append(nil)
	for _, entry := range d.open() {
		text = entry.line().append(text)
	}
	d.look = max(compactAbove, 2*int64(len(text)))
	if int64(len(text)) > d.size/2 {
		d.look = max(d.look, 2*d.size) // or each line to come would look again while much is open
		return nil
	}
	f, err := d.create()
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		discard(f)
		return err
	}
	discard(d.f)
	d.f, d.size = f, int64(len(text))
	return nil
}

func discard(f *os.File) {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// close ends it: it is removed unless something is open that others have to know of.
func (d *file) close() error {
	if d.f == nil {
		return nil
	}
	path := d.f.Name()
	err := d.f.Close()
	d.f = nil
	if !slices.ContainsFunc(d.open(), Entry.stays) {
		return os.Remove(path)
	}
	return err
}
