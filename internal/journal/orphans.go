package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// errLocked says that the run that keeps the file is alive.
var errLocked = errors.New("the journal is in use")

const (
	maxLine    = 64 << 10      // bytes; a line is a few hundred
	staleAfter = 1 * time.Hour // when a file without a header is rubbish
)

// Run is a dead run's journal: what it launched and was not seen to end.
type Run struct {
	Path    string
	PID     int
	Start   time.Time
	Entries []Entry // oldest first
}

// Forget removes the run's file, once its entries have been dealt with.
func (r Run) Forget() error { return os.Remove(r.Path) }

// Orphans reads what dead runs of this host have left in dir, the oldest run's file name first. Files of living runs
// and of other hosts that share the folder are passed over; files in which nothing is open are removed. A folder
// that is not there holds nothing. Damaged lines are skipped: the last one of a dead run may be cut. It waits for
// nothing but the disk.
func Orphans(dir string, now time.Time) ([]Run, error) {
	files, err := filepath.Glob(filepath.Join(dir, "run-*"+suffix))
	if err != nil {
		return nil, err
	}
	host, _ := os.Hostname()
	var runs []Run
	for _, path := range files {
		run, err := examine(path, host, now)
		switch {
		case errors.Is(err, errLocked), errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return runs, err
		case run != nil:
			runs = append(runs, *run)
		}
	}
	return runs, nil
}

// examine reads one file; nil is nothing to do.
func examine(path, host string, now time.Time) (*Run, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if err := lock(f); err != nil {
		return nil, err
	}
	head, ledger, err := read(f)
	if err != nil {
		return nil, err
	}
	if head == nil {
		return nil, removeStale(f, now)
	}
	if head.Host != host {
		return nil, nil
	}
	entries := ledger.entries()
	if len(entries) == 0 {
		return nil, remove(f)
	}
	return &Run{Path: path, PID: head.PID, Start: head.Start, Entries: entries}, nil
}

// read takes a file's lines in. The header is nil when there is none.
func read(r io.Reader) (*header, ledger, error) {
	g := newLedger()
	var head *header
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var l line
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			continue
		}
		if l.Header != nil {
			head = l.Header
		}
		g.apply(l)
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return head, g, nil
	}
	return head, g, lines.Err()
}

func removeStale(f *os.File, now time.Time) error {
	info, err := f.Stat()
	if err != nil || now.Sub(info.ModTime()) < staleAfter {
		return err
	}
	return remove(f)
}

// remove closes first, since Windows does not remove what is open.
func remove(f *os.File) error {
	_ = f.Close()
	return os.Remove(f.Name())
}
