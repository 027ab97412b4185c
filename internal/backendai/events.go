package backendai

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Event is something that happened to a session or to one of its containers. Data has all there was, also of events
// that this client does not know.
type Event struct {
	Name        string // kernel_started, session_terminated, …; managers differ in which they send
	SessionID   string `json:"sessionId"`
	SessionName string `json:"sessionName"`
	Owner       string `json:"ownerAccessKey"`
	Reason      string `json:"reason"`
	ExitCode    *int   `json:"exitCode"`
	KernelID    string `json:"kernelId"`
	ClusterRole string `json:"clusterRole"`
	ClusterIdx  int    `json:"clusterIdx"`
	Result      string `json:"result"` // batch: SUCCESS, FAILURE

	TaskID   string `json:"task_id"` // background tasks, with what follows
	Progress Amount `json:"current_progress"`
	Total    Amount `json:"total_progress"`
	Message  string `json:"message"`

	Data json.RawMessage `json:"-"`
}

// Amount is a number that managers of 23.09 write as a text.
type Amount float64

// UnmarshalJSON takes both.
func (a *Amount) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err == nil {
		*a = Amount(v)
	}
	return nil // what is no number is left out, as in data that this client does not know
}

// EventFilter narrows a stream; zero values do not.
type EventFilter struct {
	SessionName string
	SessionID   string // a UUID
	Owner       string // access key
	Group       string
	Scope       string // "session", "kernel"; "": both
}

// EventStream is an open stream of events. Next is for one goroutine; Close is for any.
type EventStream struct {
	op    string
	body  io.ReadCloser
	r     *eventReader
	ctx   context.Context
	alive *time.Timer
	fail  context.CancelCauseFunc
	ended atomic.Bool
}

// Events opens the stream of what happens to sessions. Managers of 23.09 never send session_started: wait for
// kernel_started, or look with WaitSession. What happened before the stream opened is not in it. The context ends it.
func (c *Client) Events(ctx context.Context, f EventFilter) (*EventStream, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, err
	}
	k := call{op: "watch session events", path: "/events/session", query: query{
		"sessionName", f.SessionName, "sessionId", f.SessionID, "ownerAccessKey", f.Owner, "groupName", f.Group, "scope", f.Scope}}
	if !m.modern() {
		k.path = "/stream/kernel/_/events"
	}
	return c.events(ctx, k)
}

// BackgroundTask opens the stream of a background task's progress; it ends with the task.
func (c *Client) BackgroundTask(ctx context.Context, id string) (*EventStream, error) {
	return c.events(ctx, call{op: "watch task " + id, path: "/events/background-task", query: query{"taskId", id}})
}

func (c *Client) events(ctx context.Context, k call) (*EventStream, error) {
	k.method, k.accept, k.timeout = "GET", "text/event-stream", -1
	ctx, cancel := context.WithCancelCause(ctx)
	opening := time.AfterFunc(c.cfg.RequestTimeout, func() { cancel(&timeoutError{c.cfg.RequestTimeout}) })
	body, header, err := c.stream(ctx, k)
	opening.Stop()
	if err == nil {
		err = checkStream(k, body, header)
	}
	if err != nil {
		cancel(err)
		return nil, err
	}
	s := &EventStream{op: k.op, body: body, ctx: ctx, fail: cancel}
	s.alive = time.AfterFunc(silence, func() { cancel(errQuiet) })
	s.alive.Stop()
	s.r = newEventReader(&living{s})
	return s, nil
}

// checkStream closes an answer that says that it is something else.
func checkStream(k call, body io.Closer, header http.Header) error {
	got := header.Get("Content-Type")
	if got == "" || mediaType(got) == k.accept {
		return nil
	}
	_ = body.Close() // nothing of it is read
	return &Error{Type: ErrResponse, Op: k.op, Method: k.method, Path: k.path, Err: errors.New("the answer is no stream of events, but " + got)}
}

// living bounds each read, not the time between two: managers send a comment every 15 seconds.
type living struct{ s *EventStream }

func (l *living) Read(p []byte) (int, error) {
	l.s.alive.Reset(silence)
	defer l.s.alive.Stop()
	return l.s.body.Read(p)
}

// Next waits for an event. It returns io.EOF when the server has said that nothing more will come, and an error of type
// ERR_RESPONSE when the stream broke; events between that and a new stream are lost.
func (s *EventStream) Next() (*Event, error) {
	if s.ended.Load() {
		return nil, io.EOF
	}
	got, err := s.r.next()
	if err != nil {
		err = s.why(err) // before Close gives a reason of its own
		s.Close()
		return nil, &Error{Type: ErrResponse, Op: s.op, Err: err}
	}
	if got.name == "server_close" {
		s.Close()
		return nil, io.EOF
	}
	return parseEvent(s.op, got)
}

// why prefers the reason the stream was ended here; an end that nobody announced is a broken line.
func (s *EventStream) why(err error) error {
	if cause := context.Cause(s.ctx); cause != nil {
		return cause
	}
	if err == io.EOF {
		return errCutStream
	}
	return err
}

func parseEvent(op string, got serverEvent) (*Event, error) {
	e := &Event{Data: json.RawMessage(got.data)}
	// A field of another type than expected is left out: Data has it.
	if err := json.Unmarshal(e.Data, e); err != nil && !errors.As(err, new(*json.UnmarshalTypeError)) {
		return nil, &Error{Type: ErrResponse, Op: op, Err: err}
	}
	e.Name = got.name
	return e, nil
}

// Close ends the stream; a Next that waits returns.
func (s *EventStream) Close() {
	s.ended.Store(true)
	s.alive.Stop()
	s.fail(context.Canceled)
	s.body.Close()
}
