package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// errLocked says that the run that keeps the file is alive.
var errLocked = errors.New("the journal is in use")

const (
	maxLine     = 64 << 10            // bytes; a line is a few hundred
	staleAfter  = 1 * time.Hour       // when a file without a header is rubbish
	forgetAfter = 30 * 24 * time.Hour // when a dead run's file is: nobody has come by its server since
)

// Run is the journal of one run of this host: what it launched and was not seen to end.
type Run struct {
	Path    string
	PID     int
	Start   time.Time
	Alive   bool
	Entries []Entry // oldest first
}

// Runs reads what the runs of this host have in dir, the living and the dead, in the order of their file names. Files
// of other hosts that share the folder are passed over; files of dead runs in which nothing is open, or that are a
// month old, are removed. A folder that is not there holds nothing. Damaged lines are skipped: the last one of a dead
// run may be cut. It waits for nothing but the disk.
func Runs(dir string, now time.Time) ([]Run, error) {
	files, err := filepath.Glob(filepath.Join(dir, "run-*"+suffix))
	if err != nil {
		return nil, err
	}
	host, _ := os.Hostname()
	var runs []Run
	for _, path := range files {
		run, err := examine(path, host, now)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return runs, err
		case run != nil:
			runs = append(runs, *run)
		}
	}
	return runs, nil
}

// Orphans picks out of runs what is left behind: launches of dead runs that were not let go of on purpose, and that no
// living run is attached to.
func Orphans(runs []Run) []Run {
	kept := map[string]bool{}
	for _, run := range runs {
		for _, e := range run.Entries {
			if e.InstanceID != "" && (run.Alive || e.Detached) {
				kept[e.InstanceID] = true
			}
		}
	}
	var orphans []Run
	for _, run := range runs {
		if run.Alive {
			continue
		}
		run.Entries = slices.DeleteFunc(slices.Clone(run.Entries), func(e Entry) bool {
			return e.Claimed || e.Detached || kept[e.InstanceID]
		})
		if len(run.Entries) > 0 {
			orphans = append(orphans, run)
		}
	}
	return orphans
}

// Settle writes down that entries of a dead run have been dealt with, and removes the file when nothing is open in it
// any more. A run that is alive, or that another process is dealing with, is left as it is.
func (r Run) Settle(entries []Entry) error {
	f, err := os.OpenFile(r.Path, os.O_RDWR|os.O_APPEND, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := lock(f); err != nil {
		if errors.Is(err, errLocked) {
			return nil
		}
		return err
	}
	text := []byte{'\n'} // what the run wrote last may have been cut
	for _, e := range entries {
		text = e.settled().append(text)
	}
	if _, err := f.Write(text); err != nil {
		return err
	}
	_, g, err := readFrom(f)
	if err != nil || slices.ContainsFunc(g.entries(), Entry.stays) {
		return err
	}
	return remove(f)
}

// examine reads one file; nil is nothing to tell.
func examine(path, host string, now time.Time) (*Run, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	err = lock(f)
	alive := errors.Is(err, errLocked)
	if err != nil && !alive {
		return nil, err
	}
	head, ledger, err := read(f)
	switch {
	case err != nil:
		return nil, err
	case head == nil && alive:
		return nil, nil
	case head == nil:
		return nil, removeOlder(f, now.Add(-staleAfter))
	case head.Host != host:
		return nil, nil
	}
	entries := ledger.entries()
	if !alive && !slices.ContainsFunc(entries, Entry.stays) {
		return nil, remove(f)
	}
	if !alive && olderThan(f, now.Add(-forgetAfter)) {
		return nil, remove(f)
	}
	return &Run{Path: path, PID: head.PID, Start: head.Start, Alive: alive, Entries: entries}, nil
}

func readFrom(f *os.File) (*header, ledger, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, ledger{}, err
	}
	return read(f)
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

func removeOlder(f *os.File, than time.Time) error {
	if !olderThan(f, than) {
		return nil
	}
	return remove(f)
}

func olderThan(f *os.File, than time.Time) bool {
	info, err := f.Stat()
	return err == nil && info.ModTime().Before(than)
}

// remove closes first, since Windows does not remove what is open. Somebody else may have been quicker.
func remove(f *os.File) error {
	_ = f.Close()
	if err := os.Remove(f.Name()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
