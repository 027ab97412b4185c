package pie

// Launching is what a journal is told of a launch before it is sent.
type Launching struct {
	Server   string // the address that was dialled
	User     string // the owner of what is launched
	Program  string
	Detached bool // it is to run by itself: whoever finds it must leave it alone
}

// Journal is told what a client launches, so that a later run on this host can find what a crash left behind.
// Its methods are called from several goroutines, Ended from the reader's: it must not wait there.
type Journal interface {
	// Intent is called before a launch is given to the writer of its connection; an error stops the launch. The writer
	// calls Sync before it writes launches to the network: once for all that go out together.
	Intent(l Launching) (ticket string, err error)
	// Launched tells the id that the launch of ticket got.
	Launched(ticket, instanceID string)
	// Sync waits until what was told so far would outlive the process. Launch also calls it before it returns;
	// who uses Begin calls it when the answer has come.
	Sync()
	// Refused tells that the launch of ticket did not happen.
	Refused(ticket string)
	// Claimed tells that the client attached to an instance that it had not launched, or had let go of. l.Program may be
	// empty.
	Claimed(l Launching, instanceID string)
	// Detached tells that the client let go of the instance on purpose: it runs on by itself.
	Detached(instanceID string)
	// Ended tells that the instance is over.
	Ended(instanceID string)
}

// noJournal stands in where the caller has none.
type noJournal struct{}

func (noJournal) Intent(Launching) (string, error) { return "", nil }
func (noJournal) Launched(string, string)          {}
func (noJournal) Sync()                            {}
func (noJournal) Refused(string)                   {}
func (noJournal) Claimed(Launching, string)        {}
func (noJournal) Detached(string)                  {}
func (noJournal) Ended(string)                     {}

// launching is what the journal is told of an instance.
func (c *Client) launching(l *link, program string, detached bool) Launching {
	return Launching{Server: l.url, User: c.Info().User, Program: program, Detached: detached}
}
