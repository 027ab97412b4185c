package journal

import (
	"encoding/json"
	"time"
)

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

// line is one line of a file: a header, or one thing that happened. Exactly one of the first seven is set; Detached is
// also the word of an intent, with the value "yes".
type line struct {
	Header   *header `json:"run,omitempty"`
	Intent   string  `json:"intent,omitempty"`
	Launched string  `json:"launched,omitempty"`
	Refused  string  `json:"refused,omitempty"`
	Claimed  string  `json:"claimed,omitempty"`  // an instance id
	Detached string  `json:"detached,omitempty"` // an instance id
	Ended    string  `json:"ended,omitempty"`    // an instance id

	Server  string    `json:"server,omitempty"`
	User    string    `json:"user,omitempty"`
	Program string    `json:"program,omitempty"`
	ID      string    `json:"id,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// header is the first line of a file.
type header struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Start time.Time `json:"start"`
}

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

// append writes l as a line of JSON, in the order of the fields. It is done by hand because it stands in the way of
// every launch: a tenth of what encoding/json takes.
func (l line) append(dst []byte) []byte {
	if l.Header != nil {
		text, _ := json.Marshal(l) // once a file, and of plain values
		return append(append(dst, text...), '\n')
	}
	dst = append(dst, '{')
	for _, f := range [...]struct{ name, value string }{
		{"intent", l.Intent}, {"launched", l.Launched}, {"refused", l.Refused}, {"claimed", l.Claimed},
		{"detached", l.Detached}, {"ended", l.Ended},
		{"server", l.Server}, {"user", l.User}, {"program", l.Program}, {"id", l.ID},
	} {
		if f.value != "" {
			dst = appendText(appendName(dst, f.name), f.value)
		}
	}
	if !l.At.IsZero() {
		dst = append(appendName(dst, "at"), '"')
		dst = append(l.At.AppendFormat(dst, time.RFC3339Nano), '"')
	}
	return append(dst, '}', '\n')
}

func appendName(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"', ':')
}

// appendText quotes a string; what is not plain ASCII is rare and left to the library.
func appendText(dst []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c > '~' {
			quoted, _ := json.Marshal(text) // a string always has a form
			return append(dst, quoted...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, text...)
	return append(dst, '"')
}
