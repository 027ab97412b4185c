package journal

import (
	"slices"
	"strings"
)

// ledger is what the lines so far amount to.
type ledger struct {
	open map[string]*Entry // by ticket
	ids  map[string]string // instance id to ticket
}

func newLedger() ledger {
	return ledger{open: map[string]*Entry{}, ids: map[string]string{}}
}

// apply takes one line in; what it does not know it leaves alone.
func (g ledger) apply(l line) {
	switch {
	case l.Intent != "":
		g.add(Entry{
			Ticket: l.Intent, Server: l.Server, User: l.User, Program: l.Program, InstanceID: l.ID, At: l.At,
			Detached: l.Detached != "",
		})
	case l.Launched != "":
		if entry := g.open[l.Launched]; entry != nil {
			entry.InstanceID = l.ID
			g.ids[l.ID] = l.Launched
		}
	case l.Refused != "":
		delete(g.ids, g.idOf(l.Refused))
		delete(g.open, l.Refused)
	case l.Claimed != "":
		if g.ids[l.Claimed] == "" {
			g.add(Entry{
				Ticket: claimTicket + l.Claimed, Server: l.Server, User: l.User, Program: l.Program, InstanceID: l.Claimed,
				At: l.At, Claimed: true,
			})
		}
	case l.Detached != "":
		if entry := g.open[g.ids[l.Detached]]; entry != nil {
			entry.Detached = true
		}
	case l.Ended != "":
		delete(g.open, g.ids[l.Ended])
		delete(g.ids, l.Ended)
	}
}

// claimTicket begins the tickets of what was claimed, which had none.
const claimTicket = "claim "

func (g ledger) add(e Entry) {
	g.open[e.Ticket] = &e
	if e.InstanceID != "" {
		g.ids[e.InstanceID] = e.Ticket
	}
}

func (g ledger) idOf(ticket string) string {
	if entry := g.open[ticket]; entry != nil {
		return entry.InstanceID
	}
	return ""
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
