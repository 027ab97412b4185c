package backendai

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Code is something to run: a snippet, or with Batch set the steps of a batch.
type Code struct {
	Text  string
	Batch *BatchOptions
}

func (c Code) mode() ExecMode {
	if c.Batch != nil {
		return BatchRun
	}
	return Query
}

func (c Code) options() json.RawMessage {
	if c.Batch == nil {
		return json.RawMessage("{}")
	}
	return encodeJSON(c.Batch)
}

// Run is one execution of code in a session, driven by the rules of the protocol: it is continued until it has finished
// and never after. One goroutine uses it at a time. A Run that is not finished must be closed.
type Run struct {
	client  *Client
	session string
	id      string
	open    bool
	waiting bool
	late    <-chan flight // a call whose caller has gone
	pace    pace
	limited bool // the manager has ended it
}

// StartRun starts code and returns the first result with the run.
func (c *Client) StartRun(ctx context.Context, session string, code Code) (*Run, *RunResult, error) {
	r := &Run{client: c, session: session, id: NewRunID()}
	got, err := r.call(ctx, code.mode(), code.Text, code.options())
	return r, got, err
}

// Open says that the run has not finished.
func (r *Run) Open() bool { return r.open }

// Next returns what came since. It must not be called when the run waits for input, or has finished.
func (r *Run) Next(ctx context.Context) (*RunResult, error) {
	if r.limited {
		return nil, &LimitError{Session: r.session}
	}
	if !r.open || r.waiting {
		return nil, misuse("the run has finished or waits for input: there is nothing to continue")
	}
	if err := r.client.sleep(ctx, r.pace.left(r.client.cfg.Clock.Now())); err != nil {
		return nil, err
	}
	return r.call(ctx, Continue, "", nil)
}

// Input answers a run that waits for input. A newline is not needed.
func (r *Run) Input(ctx context.Context, text string) (*RunResult, error) {
	if !r.open || !r.waiting {
		return nil, misuse("the run does not wait for input")
	}
	return r.call(ctx, Input, text, nil)
}

func (r *Run) call(ctx context.Context, mode ExecMode, code string, options json.RawMessage) (*RunResult, error) {
	late, err := r.client.launch(ctx, r.session, ExecuteCall{RunID: &r.id, Mode: mode, Code: code, Options: options})
	if err != nil {
		return nil, err
	}
	r.late, r.open = late, true
	r.pace.asked = r.client.cfg.Clock.Now()
	return r.land(ctx)
}

// land waits for the call that is under way.
func (r *Run) land(ctx context.Context) (*RunResult, error) {
	select {
	case got := <-r.late:
		r.late = nil
		if errors.Is(got.err, &Error{Type: ErrServer}) {
			r.open = false // refused, or beyond help
		}
		if got.err != nil {
			return nil, got.err
		}
		return r.landed(got.result)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// landed takes note of where the run is. What a status that nobody knows asks for cannot be guessed.
func (r *Run) landed(got *RunResult) (*RunResult, error) {
	switch got.Status {
	case Finished, ExecTimeout:
		r.open, r.limited = false, got.Status == ExecTimeout
	case Continued, CleanFinished, BuildFinished, WaitingInput:
		r.waiting = got.Status == WaitingInput
		r.pace.answered(got.Status, r.client.cfg.Clock.Now())
	default:
		return nil, unknownStatus(r.session, got)
	}
	return got, nil
}

// Close ends an open run: it interrupts the code and continues it until it has finished, since a run that is left open
// blocks the session. It gives up when the context ends, or when the code does not listen.
func (r *Run) Close(ctx context.Context) error {
	if !r.open {
		return nil
	}
	if err := r.client.Interrupt(ctx, r.session); err != nil {
		return err
	}
	for r.open {
		if err := r.drain(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *Run) drain(ctx context.Context) error {
	if r.late != nil {
		_, err := r.land(ctx)
		return err
	}
	if r.waiting {
		_, err := r.Input(ctx, "")
		return err
	}
	_, err := r.Next(ctx)
	return err
}

// Watch is what Exec reports to. Both may be nil.
type Watch struct {
	Console func(Output)                                                // called for each piece as it comes
	Input   func(prompt string, password bool) (text string, err error) // nil: a run that asks for input fails
}

// Outcome is a run from beginning to end.
type Outcome struct {
	ExitCode       int // 0 if the manager did not say
	Stdout, Stderr string
	Console        []Output
	Files          []RunFile
}

// abandonTime bounds the closing of a run whose context has ended.
const abandonTime = 15 * time.Second

// Exec runs code to its end; code that the manager has ended for its time limit is a LimitError. When the context ends first, the code is interrupted, and its run closed, before the
// context's cause is returned. At most Config.MaxBody bytes of console are kept; beyond that it fails.
func (c *Client) Exec(ctx context.Context, session string, code Code, w Watch) (*Outcome, error) {
	r, got, err := c.StartRun(ctx, session, code)
	out := &Outcome{}
	var size int64
	for err == nil {
		if size += out.add(got, w); size > c.cfg.MaxBody {
			err = misuse("the run has written more than %d bytes", c.cfg.MaxBody)
			break
		}
		if !r.Open() && !r.limited {
			return out, nil
		}
		got, err = r.step(ctx, got, w)
	}
	r.abandon(ctx)
	return out, err
}

func (r *Run) step(ctx context.Context, last *RunResult, w Watch) (*RunResult, error) {
	if last.Status != WaitingInput {
		return r.Next(ctx)
	}
	if w.Input == nil {
		return nil, misuse("the code asks for input, and nobody answers")
	}
	text, err := w.Input(lastText(last.Console), last.Password)
	if err != nil {
		return nil, err
	}
	return r.Input(ctx, text)
}

func lastText(console []Output) string {
	if len(console) == 0 {
		return ""
	}
	text := console[len(console)-1].Text
	return text[strings.LastIndexByte(strings.TrimRight(text, "\n"), '\n')+1:]
}

func (r *Run) abandon(ctx context.Context) {
	if !r.open {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abandonTime)
	defer cancel()
	_ = r.Close(ctx) // the first error is the one to tell
}

func (o *Outcome) add(got *RunResult, w Watch) (size int64) {
	for _, piece := range got.Console {
		switch piece.Kind {
		case "stdout":
			o.Stdout += piece.Text
		case "stderr":
			o.Stderr += piece.Text
		}
		size += int64(len(piece.Text))
		if w.Console != nil {
			w.Console(piece)
		}
	}
	o.Console = append(o.Console, got.Console...)
	o.Files = append(o.Files, got.Files...)
	if got.ExitCode != nil {
		o.ExitCode = *got.ExitCode
	}
	return size
}

// CompleteOptions place the cursor.
type CompleteOptions struct {
	Post string `json:"post"` // text after it
	Line string `json:"line"` // its line
	Row  int    `json:"row"`
	Col  int    `json:"col"`
}

// Completions asks how the code could go on. Sessions that cannot complete give none: managers answer them with an
// agent's timeout.
func (c *Client) Completions(ctx context.Context, session, code string, o CompleteOptions) ([]string, error) {
	body := struct {
		Code    string          `json:"code"`
		Options CompleteOptions `json:"options"`
	}{code, o}
	k := call{op: "complete in session " + session, method: "POST", area: sessionArea, path: segments(session, "complete"), body: encodeJSON(body)}
	a, err := c.do(ctx, k)
	if isProblem(err, "kernel-execution-failed") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseCompletions(k, a)
}

// parseCompletions takes a list, and a list inside an object.
func parseCompletions(k call, a *answer) ([]string, error) {
	var b struct{ Result json.RawMessage }
	if err := a.decode(k, &b); err != nil {
		return nil, err
	}
	var list []string
	if json.Unmarshal(b.Result, &list) == nil {
		return list, nil
	}
	var inner struct{ Completions []string }
	if err := json.Unmarshal(b.Result, &inner); err != nil {
		return nil, a.unreadable(k, "", err)
	}
	return inner.Completions, nil
}

func isProblem(err error, kind string) bool {
	e, ok := err.(*Error)
	return ok && e.Type == ErrServer && e.Problem == kind
}
