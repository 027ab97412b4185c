package journal

import (
	"encoding/json"
	"time"
)

// Entry is one launch whose end was not seen.
type Entry struct {
	Ticket     string
	Server     string // the address that was dialled
	Program    string
	InstanceID string // "" when the launch was never answered: it may or may not run
	At         time.Time
}

// line is one line of a file: a header, or one thing that happened. Exactly one of the first five is set.
type line struct {
	Header   *header `json:"run,omitempty"`
	Intent   string  `json:"intent,omitempty"`
	Launched string  `json:"launched,omitempty"`
	Refused  string  `json:"refused,omitempty"`
	Ended    string  `json:"ended,omitempty"` // an instance id

	Server  string    `json:"server,omitempty"`
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
		g.open[l.Intent] = &Entry{Ticket: l.Intent, Server: l.Server, Program: l.Program, InstanceID: l.ID, At: l.At}
		if l.ID != "" {
			g.ids[l.ID] = l.Intent
		}
	case l.Launched != "":
		if entry := g.open[l.Launched]; entry != nil {
			entry.InstanceID = l.ID
			g.ids[l.ID] = l.Launched
		}
	case l.Refused != "":
		delete(g.open, l.Refused)
	case l.Ended != "":
		delete(g.open, g.ids[l.Ended])
		delete(g.ids, l.Ended)
	}
}

// intent is the line that says all of an entry at once, which is what a rewritten file consists of.
func (e *Entry) intent() line {
	return line{Intent: e.Ticket, Server: e.Server, Program: e.Program, ID: e.InstanceID, At: e.At}
}

// append writes l as a line of JSON, in the order of the fields. It is done by hand because it stands in the way of
// every launch: a tenth of what encoding/json takes.
func (l line) append(dst []byte) []byte {
	if l.Header != nil {
		text, _ := json.Marshal(l) // once a file, and of plain values
		return append(append(dst, text...), '\n')
	}
	dst = append(dst, '{')
	for _, f := range [...]struct{ name, value string }{
		{"intent", l.Intent}, {"launched", l.Launched}, {"refused", l.Refused}, {"ended", l.Ended},
		{"server", l.Server}, {"program", l.Program}, {"id", l.ID},
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
