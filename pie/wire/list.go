package wire

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// listed is one object of the JSON text with which the process and gateway families answer List.
type listed struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Program  string `json:"program"`
	Input    string `json:"input"`
	Elapsed  uint64 `json:"elapsed_secs"`
}

// parseList reads that text.
func parseList(e *Event) ([]InstanceInfo, error) {
	if e.Kind != Answer || !e.OK {
		return nil, errNoAnswer
	}
	var all []listed
	if err := json.Unmarshal(e.Text, &all); err != nil {
		return nil, &SyntaxError{Reason: "the list of instances: " + err.Error()}
	}
	infos := make([]InstanceInfo, len(all))
	for i, l := range all {
		infos[i] = InstanceInfo{ID: l.ID, User: l.Username, Program: l.Program, Input: l.Input, Elapsed: l.Elapsed}
	}
	return infos, nil
}

// appendList writes it as servers do: no blanks, and only what JSON demands escaped.
func appendList(dst []byte, infos []InstanceInfo) []byte {
	dst = append(dst, '[')
	for i := range infos {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendListed(dst, &infos[i])
	}
	return append(dst, ']')
}

func appendListed(dst []byte, in *InstanceInfo) []byte {
	dst = appendJSONString(append(dst, `{"id":`...), []byte(in.ID))
	dst = appendJSONString(append(dst, `,"username":`...), []byte(in.User))
	dst = appendJSONString(append(dst, `,"program":`...), []byte(in.Program))
	dst = appendJSONString(append(dst, `,"input":`...), []byte(in.Input))
	dst = append(dst, `,"elapsed_secs":`...)
	return append(strconv.AppendUint(dst, in.Elapsed, 10), '}')
}

// parseIDs reads the JSON array that answers LaunchMany.
func parseIDs(e *Event) ([]string, error) {
	if e.Kind != Answer || !e.OK {
		return nil, errNoAnswer
	}
	var ids []string
	if err := json.Unmarshal(e.Text, &ids); err != nil {
		return nil, &SyntaxError{Reason: "the ids of the instances: " + err.Error()}
	}
	return ids, nil
}

// oneID reads the answer to one launch, which is empty when the server does not tell the id.
func oneID(e *Event) ([]string, error) {
	if e.Kind != Answer || !e.OK {
		return nil, errNoAnswer
	}
	if len(e.Text) == 0 {
		return nil, nil
	}
	return []string{string(e.Text)}, nil
}

const hexDigits = "0123456789abcdef"

// appendJSONString quotes s as the servers' encoder does: quotes, backslashes and control characters are escaped, all
// else stands as it is. What is not UTF-8 becomes the replacement character.
func appendJSONString(dst, s []byte) []byte {
	dst = append(dst, '"')
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		switch {
		case r == utf8.RuneError && n == 1:
			dst = append(dst, "\uFFFD"...)
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < ' ':
			dst = appendControl(dst, byte(r))
		default:
			dst = append(dst, s[:n]...)
		}
		s = s[n:]
	}
	return append(dst, '"')
}

func appendControl(dst []byte, c byte) []byte {
	const short = "btn\x00fr" // of 8, 9, 10, 12, 13
	if c >= '\b' && c <= '\r' && c != '\v' {
		return append(dst, '\\', short[c-'\b'])
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}
