package pie

// Journal is told what a client launches, so that a later run on this host can find what a crash left behind.
// Its methods are called from several goroutines, Ended from the reader's: it must not wait there.
type Journal interface {
	// Intent is called before a launch is sent; an error stops the launch.
	Intent(server, program string) (ticket string, err error)
	// Launched tells the id that the launch of ticket got.
	Launched(ticket, instanceID string)
	// Refused tells that the launch of ticket did not happen.
	Refused(ticket string)
	// Ended tells that the instance is over, or that the client let go of it on purpose.
	Ended(instanceID string)
}

// noJournal stands in where the caller has none.
type noJournal struct{}

func (noJournal) Intent(string, string) (string, error) { return "", nil }
func (noJournal) Launched(string, string)               {}
func (noJournal) Refused(string)                        {}
func (noJournal) Ended(string)                          {}
