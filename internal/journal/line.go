package journal

import (
	"encoding/json"
	"time"
)

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
