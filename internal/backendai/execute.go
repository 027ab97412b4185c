package backendai

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
)

// ExecMode is how code is run.
type ExecMode string

const (
	Query    ExecMode = "query"    // code is a snippet
	BatchRun ExecMode = "batch"    // options say how to clean, build and execute
	Continue ExecMode = "continue" // more of an open run
	Input    ExecMode = "input"    // code is what the user typed
	Complete ExecMode = "complete" // code before the cursor; the old form of completion
)

// RunStatus is where a run is.
type RunStatus string

const (
	Finished      RunStatus = "finished"
	Continued     RunStatus = "continued"
	CleanFinished RunStatus = "clean-finished"
	BuildFinished RunStatus = "build-finished"
	WaitingInput  RunStatus = "waiting-input"
	ExecTimeout   RunStatus = "exec-timeout" // ended by the manager, like finished
)

// over says that nothing of the run is left to ask for.
func (s RunStatus) over() bool { return s == Finished || s == ExecTimeout }

// BatchOptions are shell commands; "" skips a step, "*" is the image's default.
type BatchOptions struct {
	Clean, Build, Exec string
	BuildLog           bool
}

// MarshalJSON writes a skipped step as null.
func (o BatchOptions) MarshalJSON() ([]byte, error) {
	step := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	return encodeJSON(struct {
		Clean    any  `json:"clean"`
		Build    any  `json:"build"`
		Exec     any  `json:"exec"`
		BuildLog bool `json:"buildLog"`
	}{step(o.Clean), step(o.Build), step(o.Exec), o.BuildLog}), nil
}

// Output is one piece of a run's console, in order. Which fields are filled depends on Kind.
type Output struct {
	Kind   string // stdout, stderr, media, html, log, or what a newer manager invents
	Text   string // the text, the fragment, the media's content, the log's message
	MIME   string // media
	Level  string // log: debug, info, warning, error, fatal
	Time   string // log
	Logger string // log
}

// UnmarshalJSON reads [type, data].
func (o *Output) UnmarshalJSON(b []byte) error {
	var pair []json.RawMessage
	if err := json.Unmarshal(b, &pair); err != nil || len(pair) != 2 {
		return fmt.Errorf("a console item is %s, not [type, data]", b)
	}
	if err := json.Unmarshal(pair[0], &o.Kind); err != nil {
		return err
	}
	var list []string
	if json.Unmarshal(pair[1], &o.Text) == nil {
		return nil
	}
	if json.Unmarshal(pair[1], &list) != nil {
		o.Text = string(pair[1])
		return nil
	}
	o.fill(list)
	return nil
}

func (o *Output) fill(list []string) {
	switch {
	case o.Kind == "media" && len(list) == 2:
		o.MIME, o.Text = list[0], list[1]
	case o.Kind == "log" && len(list) == 4:
		o.Level, o.Time, o.Logger, o.Text = list[0], list[1], list[2], list[3]
	case len(list) > 0:
		o.Text = list[len(list)-1]
	}
}

// RunFile is a file that a run made, with where to fetch it.
type RunFile struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// RunResult is the answer to one call of a run.
type RunResult struct {
	RunID    string
	Status   RunStatus
	ExitCode *int // nil while it runs; 127 when the build failed or no interpreter started; negative: a fault of the server
	Console  []Output
	Files    []RunFile
	Password bool // with WaitingInput: do not echo what is typed
	Raw      json.RawMessage
}

type runBody struct {
	RunID    string    `json:"runId"`
	Status   RunStatus `json:"status"`
	ExitCode *int      `json:"exitCode"`
	Console  []Output  `json:"console"`
	Files    []RunFile `json:"files"`
	Options  struct {
		IsPassword bool `json:"is_password"`
	} `json:"options"`
	Msg string `json:"msg"` // streams: the fault
}

func (b runBody) result(raw json.RawMessage) *RunResult {
	return &RunResult{b.RunID, b.Status, b.ExitCode, b.Console, b.Files, b.Options.IsPassword, raw}
}

// ExecuteCall is one call of the execute protocol, as the JavaScript client makes it.
type ExecuteCall struct {
	RunID   *string // nil: null, and the server makes one
	Mode    ExecMode
	Code    string
	Options json.RawMessage // nil: left out
}

type executeBody struct {
	Mode    ExecMode        `json:"mode"`
	Code    string          `json:"code"`
	RunID   *string         `json:"runId"`
	Options json.RawMessage `json:"options,omitempty"`
	RunToo  *string         `json:"run_id,omitempty"`
}

// Execute makes one call of a run. It holds for about two seconds, then returns what there is. Unless the status is
// finished or exec-timeout, the run must be continued with the same id until it is: a run that is left open blocks its session for good.
// A continuation of a run that this client has seen finish, which would do the same, is refused here. So would a request
// that is broken off: when the context ends, Execute returns, and the request is let go to its end.
func (c *Client) Execute(ctx context.Context, id string, e ExecuteCall) (*RunResult, error) {
	late, err := c.launch(ctx, id, e)
	if err != nil {
		return nil, err
	}
	select {
	case got := <-late:
		return got.result, got.err
	case <-ctx.Done():
		return nil, unsent(call{op: "execute in session " + id}, context.Cause(ctx))
	}
}

// leastOfRuns is what an answer to a run may always have: half a million characters of each stream, twelve bytes each at worst.
// One that is not read to its end hides whether the run has finished, and there is nothing right to do then.
const leastOfRuns = 16 << 20

// flight is the answer to a call that goes on whatever becomes of its caller.
type flight struct {
	result *RunResult
	err    error
}

// launch makes the call on a goroutine of the client's, which ends with the request's own deadline or with Close.
func (c *Client) launch(ctx context.Context, id string, e ExecuteCall) (<-chan flight, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.runs.check(id, e); err != nil {
		return nil, err
	}
	b := executeBody{Mode: e.Mode, Code: e.Code, RunID: e.RunID, Options: e.Options}
	if m.Version.Major >= 8 {
		b.RunToo = e.RunID // the newest managers read this spelling only
	}
	k := call{op: "execute in session " + id, method: "POST", area: sessionArea, path: segments(id), body: encodeJSON(b), most: max(c.cfg.MaxBody, leastOfRuns)}
	late := make(chan flight, 1)
	c.work.Go(func() {
		got, err := c.execute(c.life, id, k)
		late <- flight{got, err}
	})
	return late, nil
}

func (c *Client) execute(ctx context.Context, id string, k call) (*RunResult, error) {
	a, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	var body struct{ Result *runBody }
	if err := a.decode(k, &body); err != nil {
		return nil, err
	}
	if body.Result == nil {
		return nil, a.unreadable(k, "", nil)
	}
	out := body.Result.result(a.body)
	if out.Status.over() {
		c.runs.finish(id, out.RunID)
	}
	return out, nil
}

// NewRunID makes a random run id of 32 characters.
func NewRunID() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// finishedRuns remembers which runs have finished, the last 4096 of them.
type finishedRuns struct {
	mu   sync.Mutex
	seen map[string]bool
	ring []string
	next int
}

const rememberedRuns = 4096

func (f *finishedRuns) finish(session, run string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := session + "\n" + run
	if f.seen == nil {
		f.seen, f.ring = map[string]bool{}, make([]string, rememberedRuns)
	}
	delete(f.seen, f.ring[f.next])
	f.ring[f.next], f.next = key, (f.next+1)%rememberedRuns
	f.seen[key] = true
}

func (f *finishedRuns) check(session string, e ExecuteCall) error {
	if e.Mode != Continue && e.Mode != Input {
		return nil
	}
	if e.RunID == nil || *e.RunID == "" {
		return misuse("mode %s needs the id of the run", e.Mode)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen[session+"\n"+*e.RunID] {
		return misuse("run %s has finished: to continue it would block the session for good", *e.RunID)
	}
	return nil
}
