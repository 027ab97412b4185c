package pie

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// partFile is a file on disk that is not whole yet, under a name of its own. With many of them at once it is opened
// for each part, so that their number is not that of open files.
type partFile struct {
	in   *incoming
	path string
	file *os.File // nil: opened when needed
	temp bool     // in the temporary folder, which is bounded
	size int64
}

func newPartFile(in *incoming, folder string, temp bool) (*partFile, error) {
	f, err := createPart(folder)
	if err != nil {
		return nil, err
	}
	p := &partFile{in: in, path: f.Name(), temp: temp}
	if in.open.Add(1) <= openMost {
		p.file = f
		return p, nil
	}
	in.open.Add(-1)
	return p, p.closed(f.Close())
}

// closed drops the file if it could not be closed.
func (p *partFile) closed(err error) error {
	if err != nil {
		p.drop()
	}
	return err
}

// createPart makes an empty file with the permissions that any new file has.
func createPart(folder string) (*os.File, error) {
	for {
		path := filepath.Join(folder, ".pierun-"+rand.Text()+".part")
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

func (p *partFile) write(part []byte) error {
	if p.temp {
		p.size += int64(len(part))
		if err := p.in.store(int64(len(part))); err != nil {
			return err
		}
	}
	if p.file != nil {
		_, err := p.file.Write(part)
		return err
	}
	f, err := os.OpenFile(p.path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(part)
	return errors.Join(err, f.Close())
}

func (p *partFile) close() (err error) {
	if p.file != nil {
		err = p.file.Close()
		p.file = nil
		p.in.open.Add(-1)
	}
	return err
}

// settle makes the whole file that of b, under its name in the folder that was asked for; "": it stays where it is for
// as long as anybody has b. Nothing is left of it when that fails.
func (p *partFile) settle(b *Blob, folder string) error {
	err := p.close()
	if err == nil && folder != "" {
		b.path, err = moveInto(p.path, folder, b.fileName())
	}
	if err != nil {
		p.drop()
		return err
	}
	if b.temp = folder == ""; b.temp {
		b.path = p.path
		runtime.AddCleanup(b, func(p *partFile) { p.drop() }, p)
	}
	return nil
}

// drop removes it.
func (p *partFile) drop() {
	if p == nil {
		return
	}
	_ = p.close() // it goes away, whatever became of its last bytes
	_ = os.Remove(p.path)
	if p.temp {
		p.in.disk.Add(-p.size)
	}
}

// moveInto gives a file a name in a folder that nobody else has there.
func moveInto(part, folder, name string) (string, error) {
	to, err := claim(folder, name)
	if err != nil {
		return "", err
	}
	if err := os.Rename(part, to); err != nil {
		_ = os.Remove(to) // the empty one that held the name
		return "", err
	}
	return to, nil
}
