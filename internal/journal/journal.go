package journal

import (
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/pierun/pierun/pie"
)

// pendingLimit is how many bytes of lines may wait for the writer; beyond it who tells one writes them.
const pendingLimit = 64 << 10

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

	disk  sync.Mutex // guards the following; taken before mu where both are
	file  file
	spare []byte // the lines written last, to be filled again

	wake  chan struct{}
	ended chan struct{}
}

// New makes the journal of this run. No file is made before the first intent.
func New(cfg Config) *Journal {
	host, _ := os.Hostname()
	j := &Journal{cfg: cfg, ledger: newLedger(), wake: make(chan struct{}, 1), ended: make(chan struct{})}
	j.file = file{dir: cfg.Dir, open: j.Open, header: header{PID: os.Getpid(), Host: host, Start: cfg.Now()}}
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
	j.disk.Lock()
	defer j.disk.Unlock()
	return j.file.close()
}

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
	j.disk.Lock()
	defer j.disk.Unlock()
	j.mu.Lock()
	text := j.pending
	j.pending, j.spare, j.writing = j.spare[:0], nil, true
	j.mu.Unlock()
	var err error
	if len(text) > 0 {
		err = j.file.put(text)
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
