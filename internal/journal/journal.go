package journal

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pierun/pierun/pie"
)

const (
	suffix       = ".jsonl"
	compactAbove = 1 << 20  // bytes of a file, before it is looked at
	pendingLimit = 64 << 10 // bytes of lines that may wait for the writer; beyond it who tells one writes them
)

// Config says where and how a run keeps its journal.
type Config struct {
	Dir string // see [Dir]; made when first needed
	// Now is the time of day; required.
	Now func() time.Time
	// Skip names servers whose launches are not kept, because they end with the process anyway; nil: none.
	Skip func(server string) bool
	// Failed is told once when the journal cannot be written; launches go on without it. It must not call the
	// journal. nil: nobody is told.
	Failed func(error)
}

// Journal is the file of one run; it is a pie.Journal. Make one with New, and Close it. All goroutines may use it.
//
// What has to be there before something happens (an intent) is written by Sync, once for all that waits. The rest is
// written by a goroutine of the journal's own, so that a connection's reader never waits for a disk.
type Journal struct {
	cfg Config

	mu      sync.Mutex
	ledger  ledger
	pending []byte // lines for the writer
	writing bool   // lines are on their way to the file
	tickets int
	closed  bool
	failed  bool

	file  sync.Mutex // guards the following; taken before mu where both are
	f     *os.File
	size  int64
	look  int64  // the size from which on the file is looked at
	spare []byte // the lines written last, to be filled again

	wake   chan struct{}
	ended  chan struct{}
	header header
}

// New makes the journal of this run. No file is made before the first intent.
func New(cfg Config) *Journal {
	host, _ := os.Hostname()
	j := &Journal{
		cfg:    cfg,
		ledger: newLedger(),
		wake:   make(chan struct{}, 1),
		ended:  make(chan struct{}),
		header: header{PID: os.Getpid(), Host: host, Start: cfg.Now()},
	}
	go j.writeLoop()
	return j
}

// Intent notes that a launch is about to be sent; Sync, which has to come before that, writes it down. It never fails: a
// journal that cannot be written tells Config.Failed once. The ticket is "" for servers that are skipped.
func (j *Journal) Intent(l pie.Launching) (ticket string, err error) {
	if j.skips(l.Server) {
		return "", nil
	}
	said := line{Server: l.Server, User: l.User, Program: l.Program, At: j.cfg.Now()}
	if l.Detached {
		said.Detached = detachedIntent
	}
	j.mu.Lock()
	j.tickets++
	ticket = strconv.Itoa(j.tickets)
	said.Intent = ticket
	j.note(said)
	full := len(j.pending) > pendingLimit
	j.mu.Unlock()
	if full {
		j.write()
	}
	return ticket, nil
}

func (j *Journal) skips(server string) bool { return j.cfg.Skip != nil && j.cfg.Skip(server) }

// Launched writes down the id that the launch of ticket got.
func (j *Journal) Launched(ticket, instanceID string) {
	j.tell(ticket, line{Launched: ticket, ID: instanceID})
}

// Sync writes what waits for the writer, if there is anything.
func (j *Journal) Sync() {
	j.mu.Lock()
	lags := j.lagging()
	j.mu.Unlock()
	if lags {
		j.write()
	}
}

// lagging says whether something was told that is not written; mu is held.
func (j *Journal) lagging() bool { return len(j.pending) > 0 || j.writing }

// Refused writes down that the launch of ticket did not happen.
func (j *Journal) Refused(ticket string) { j.tell(ticket, line{Refused: ticket}) }

// Claimed writes down that this run has attached to an instance, so that no other run takes it for left behind.
func (j *Journal) Claimed(l pie.Launching, instanceID string) {
	if !j.skips(l.Server) {
		j.tell(instanceID, line{Claimed: instanceID, Server: l.Server, User: l.User, Program: l.Program, At: j.cfg.Now()})
	}
}

// Detached writes down that the instance runs on by itself. Ids that were never told are ignored.
func (j *Journal) Detached(instanceID string) { j.tell(instanceID, line{Detached: instanceID}) }

// Ended writes down that the instance is over. Ids that were never told are ignored.
func (j *Journal) Ended(instanceID string) { j.tell(instanceID, line{Ended: instanceID}) }

// Open lists what is not known to have ended, the oldest launch first.
func (j *Journal) Open() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.ledger.entries()
}

// Close ends the journal: the file is removed when nothing is open, else it stays for [Orphans]. Twice is harmless.
func (j *Journal) Close() error {
	j.mu.Lock()
	closed := j.closed
	j.closed = true
	j.mu.Unlock()
	if closed {
		return nil
	}
	close(j.wake)
	<-j.ended
	j.write()
	return j.release()
}

func (j *Journal) release() error {
	j.file.Lock()
	defer j.file.Unlock()
	if j.f == nil {
		return nil
	}
	path := j.f.Name()
	err := j.f.Close()
	j.f = nil
	if !slices.ContainsFunc(j.Open(), Entry.stays) {
		return os.Remove(path)
	}
	return err
}

// stays says whether anybody has to know of e when its run is over: a claim ends with the run.
func (e Entry) stays() bool { return !e.Claimed }

// tell queues a line for the writer. subject is what it is about; "" was skipped.
func (j *Journal) tell(subject string, l line) {
	if subject == "" {
		return
	}
	j.mu.Lock()
	if about := l.Ended + l.Detached; about != "" && j.ledger.ids[about] == "" {
		j.mu.Unlock()
		return
	}
	j.note(l)
	full := len(j.pending) > pendingLimit
	if !j.closed {
		j.signal()
	}
	j.mu.Unlock()
	if full {
		j.write()
	}
}

// note takes a line in and queues it; mu is held.
func (j *Journal) note(l line) {
	j.ledger.apply(l)
	if !j.failed && !j.closed {
		j.pending = l.append(j.pending)
	}
}

func (j *Journal) signal() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

func (j *Journal) writeLoop() {
	defer close(j.ended)
	for range j.wake {
		j.write()
	}
}

// write writes what is pending, in order.
func (j *Journal) write() {
	j.file.Lock()
	defer j.file.Unlock()
	j.mu.Lock()
	text := j.pending
	j.pending, j.spare, j.writing = j.spare[:0], nil, true
	j.mu.Unlock()
	var err error
	if len(text) > 0 {
		err = j.put(text)
	}
	if cap(text) <= pendingLimit {
		j.spare = text
	}
	j.mu.Lock()
	j.writing = false
	j.mu.Unlock()
	if err != nil {
		j.fail(err)
	}
}

// put appends text to the file, which it makes first if need be; file is held.
func (j *Journal) put(text []byte) error {
	if j.f == nil {
		f, err := j.create()
		if err != nil {
			return err
		}
		j.f, j.size, j.look = f, 0, compactAbove
		text = append(line{Header: &j.header}.append(nil), text...)
	}
	n, err := j.f.Write(text)
	j.size += int64(n)
	if err == nil && j.size > j.look {
		return j.compact()
	}
	return err
}

// create makes an empty, locked file that no other run has. Until the header is in it, readers leave it alone.
func (j *Journal) create() (*os.File, error) {
	if err := os.MkdirAll(j.cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	for range createTries {
		f, err := os.CreateTemp(j.cfg.Dir, fmt.Sprintf("run-%d-*%s", j.header.PID, suffix))
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

// createTries is how often a new file is made: somebody who looks through the folder may have its lock for a moment.
const createTries = 20

// compact goes on in a new file that holds what is open alone, once most of the old one is history. Should the
// process die between the two, both are found, which says the same twice.
func (j *Journal) compact() error {
	j.mu.Lock()
	entries := j.ledger.entries()
	j.mu.Unlock()
	text := line{Header: &j.header}.append(nil)
	for _, entry := range entries {
		text = entry.line().append(text)
	}
	j.look = max(compactAbove, 2*int64(len(text)))
	if int64(len(text)) > j.size/2 {
		j.look = max(j.look, 2*j.size) // or each line to come would look again while much is open
		return nil
	}
	f, err := j.create()
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		discard(f)
		return err
	}
	discard(j.f)
	j.f, j.size = f, int64(len(text))
	return nil
}

func discard(f *os.File) {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// fail gives the journal up: what was written stays, nothing more is.
func (j *Journal) fail(err error) {
	j.mu.Lock()
	first := !j.failed
	j.failed, j.pending = true, nil
	j.mu.Unlock()
	if first && j.cfg.Failed != nil {
		j.cfg.Failed(err)
	}
}

// entries are the open ones, oldest first.
func (g ledger) entries() []Entry {
	list := make([]Entry, 0, len(g.open))
	for _, entry := range g.open {
		list = append(list, *entry)
	}
	slices.SortFunc(list, func(a, b Entry) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.Ticket, b.Ticket)
	})
	return list
}
