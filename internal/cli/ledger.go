package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pierun/pierun/internal/journal"
	"github.com/pierun/pierun/pie"
)

// sessionWord begins what the journal calls a compute session, before its name.
const sessionWord = "session "

// ledger writes the compute sessions that a run makes into its journal, as launches on their manager.
type ledger struct{ *journal.Journal }

func (l ledger) Creating(place, owner, name string) (ticket string) {
	ticket, _ = l.Intent(pie.Launching{Server: place, User: owner, Program: sessionWord + name})
	l.Sync()
	return ticket
}

func (l ledger) Created(ticket, id string) {
	if id == "" {
		l.Refused(ticket)
		return
	}
	l.Launched(ticket, id)
	l.Sync()
}

func (l ledger) Kept(id string) { l.Detached(id) }

// Ended takes a name, too: sessions can be destroyed by that.
func (l ledger) Ended(id string) {
	for _, e := range l.Open() {
		if e.Program == sessionWord+id && e.InstanceID != "" {
			id = e.InstanceID
		}
	}
	l.Journal.Ended(id)
}

func isSession(e journal.Entry) bool { return strings.HasPrefix(e.Program, sessionWord) }

// sessionRef is what ends the session of an entry: its id, or its name where a create was not answered.
func sessionRef(e journal.Entry) string {
	return cmp.Or(e.InstanceID, strings.TrimPrefix(e.Program, sessionWord))
}

// withoutSessions leaves out what no Pie server knows.
func withoutSessions(open []journal.Entry) []journal.Entry { return slices.DeleteFunc(open, isSession) }
