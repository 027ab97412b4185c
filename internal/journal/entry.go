package journal

import "time"

// Entry is one launch whose end was not seen.
type Entry struct {
	Ticket     string
	Server     string // the address that was dialled
	User       string // the owner there
	Program    string
	InstanceID string // "" when the launch was never answered: it may or may not run
	At         time.Time
	Detached   bool // it was let go of on purpose: it runs on by itself, and nobody but a person ends it
	Claimed    bool // another run launched it, and this one is attached to it
}

// line says all of an entry at once, which is what a rewritten file consists of.
func (e *Entry) line() line {
	l := line{Server: e.Server, User: e.User, Program: e.Program, At: e.At}
	switch {
	case e.Claimed:
		l.Claimed = e.InstanceID
	default:
		l.Intent, l.ID = e.Ticket, e.InstanceID
	}
	if e.Detached {
		l.Detached = detachedIntent
	}
	return l
}

// detachedIntent marks the intent of a detached launch.
const detachedIntent = "yes"

// stays says whether anybody has to know of e when its run is over: a claim ends with the run.
func (e Entry) stays() bool { return !e.Claimed }

// settled is the line that ends the entry.
func (e Entry) settled() line {
	if e.InstanceID != "" {
		return line{Ended: e.InstanceID}
	}
	return line{Refused: e.Ticket}
}
