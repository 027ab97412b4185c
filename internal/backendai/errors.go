package backendai

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// ErrorType tells how far a request got. The numbers are those of the JavaScript client.
type ErrorType int

const (
	ErrServer   ErrorType = 0 // an answer came, and its status is not 2xx
	ErrResponse ErrorType = 1 // headers came; the answer could not be read or understood
	ErrRequest  ErrorType = 2 // nothing came back
)

func (t ErrorType) String() string {
	return [...]string{"ERR_SERVER", "ERR_RESPONSE", "ERR_REQUEST"}[t]
}

// AgentDetail is what the machine that runs the session said, where the fault was there.
type AgentDetail struct {
	Type      string // "https://api.backend.ai/probs/agent-timeout" and the like
	Title     string
	Exception string
}

// RateLimit is what the manager last said about the key's allowance; errors do not carry it.
type RateLimit struct {
	Limit, Remaining int
	Window           time.Duration
}

// Error is a request that failed. Which fields are filled depends on Type: Status and what follows it only when an
// answer came.
type Error struct {
	Type         ErrorType
	Op           string // what was asked: "destroy session pie-01"
	Method, Path string

	Status  int    // HTTP status
	Reason  string // its phrase
	Problem string // the last word of the problem's type, the stable key: "object-not-found"; "" if there was none
	TypeURL string // the whole type
	Title   string
	Msg     string
	Data    json.RawMessage
	Code    string // error_code of recent managers
	Agent   *AgentDetail
	Body    string // the first 512 bytes of an answer that is no problem document

	Hint string // what to do next; may be ""
	Err  error  // the cause, when it is here: a network error, a context's end, a JSON error
}

// Error says what failed, what the server said and what to do.
func (e *Error) Error() string {
	text := e.Op + ": " + e.Message()
	if said := e.Said(); said != "" {
		text += " (" + said + ")"
	}
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// Message is the text the JavaScript client gives the error.
func (e *Error) Message() string {
	if e.Err == ErrNoManager {
		return fmt.Sprintf("what answers there is no Backend.AI manager: it said %d %s", e.Status, e.Reason)
	}
	switch {
	case e.Type == ErrServer && e.Status == 0: // on a socket
		return "server reported a failure: " + orElse(e.Title, "(no title)")
	case e.Type == ErrServer:
		return fmt.Sprintf("server responded failure: %d %s - %s", e.Status, e.Reason, orElse(e.Title, "(no title)"))
	case e.Type == ErrResponse:
		return "reading response has failed: " + inWords(e.Err)
	default:
		return "sending request has failed: " + inWords(e.Err)
	}
}

// Said is what the server added to the title: its message, its data, and the agent's words.
func (e *Error) Said() string {
	var parts []string
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" && text != "null" {
			parts = append(parts, text)
		}
	}
	add(e.Msg)
	add(string(e.Data))
	if e.Agent != nil {
		add(strings.Join(strings.Fields(e.Agent.Type[strings.LastIndexByte(e.Agent.Type, '/')+1:]+" "+e.Agent.Title+" "+e.Agent.Exception), " "))
	}
	add(e.Body)
	return strings.Join(parts, "; ")
}

// Is makes errors.Is compare type and problem: a target without a problem matches every error of its type.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Type == e.Type && (t.Problem == "" || t.Problem == e.Problem)
}

// NotFound is a target for errors.Is: the session, folder, image or app does not exist, or has ended.
func NotFound() error { return &Error{Type: ErrServer, Problem: "object-not-found"} }

// problem is the document of a failed request.
type problem struct {
	Type      string          `json:"type"`
	Title     string          `json:"title"`
	Msg       any             `json:"msg"`
	Detail    string          `json:"detail"`
	Data      json.RawMessage `json:"data"`
	ErrorCode string          `json:"error_code"`
	Agent     *struct {
		Type      string `json:"type"`
		Title     string `json:"title"`
		Exception any    `json:"exception"`
	} `json:"agent-details"`
}

// failure makes the error of an answer that is not 2xx. A body that cannot be read never hides the status.
func (a *answer) failure(c call, now time.Time) *Error {
	e := &Error{Type: ErrServer, Op: c.op, Method: c.method, Path: c.path, Status: a.status, Reason: http.StatusText(a.status)}
	var p problem
	if a.kind != KindJSON || json.Unmarshal(a.body, &p) != nil {
		e.Body = beginning(a.body)
	} else {
		e.fill(p)
	}
	e.Hint = hint(e, a.header, now)
	return e
}

func (e *Error) fill(p problem) {
	e.TypeURL, e.Title, e.Code, e.Data = p.Type, p.Title, p.ErrorCode, p.Data
	e.Problem = p.Type[strings.LastIndexByte(p.Type, '/')+1:]
	e.Msg = orElse(plain(p.Msg), p.Detail)
	if p.Agent != nil {
		e.Agent = &AgentDetail{Type: p.Agent.Type, Title: p.Agent.Title, Exception: plain(p.Agent.Exception)}
	}
}

// plain is a JSON value as text: some releases write lists where others write text.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	text, _ := json.Marshal(v)
	return string(text)
}

func beginning(body []byte) string {
	const most = 512
	if len(body) > most {
		return strings.ToValidUTF8(string(body[:most]), "") + "…"
	}
	return strings.ToValidUTF8(string(body), "?")
}

// unreadable makes the error of an answer that is 2xx and still of no use.
func (a *answer) unreadable(c call, hint string, cause error) *Error {
	if cause == nil {
		cause = fmt.Errorf("unexpected answer %s", quote(beginning(a.body)))
	}
	return &Error{Type: ErrResponse, Op: c.op, Method: c.method, Path: c.path, Status: a.status,
		Reason: http.StatusText(a.status), Hint: hint, Err: cause}
}

// Retryable says that the same call may succeed by itself later.
func (e *Error) Retryable() bool {
	return e.Type == ErrRequest && !untrusted(e.Err) || e.Status >= 500 && e.Agent == nil || e.Status == http.StatusTooManyRequests
}

func unsent(c call, cause error) *Error {
	return &Error{Type: ErrRequest, Op: c.op, Method: c.method, Path: c.path, Err: cause, Hint: unsentHint(cause)}
}
