package luabind

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// closeRunTimeout bounds the ending of code whose task has left.
const closeRunTimeout = 20 * time.Second

// baiRun drives one run step by step, so that the script's functions are called in its own task.
type baiRun struct {
	s     *baiSession
	last  *backendai.RunResult
	input func(L *lua.LState, prompt string, password bool) string
	began time.Duration
	limit time.Duration
	over  bool // the end was seen

	exclusive bool          // a task runs it to its end; else it is a stream, which its loop may have left
	finished  chan struct{} // closed when nothing of it runs any more
	once      sync.Once

	turn  chan struct{} // full while a call is made: one at a time
	run   *backendai.Run
	tried bool // to end it: what did not listen once is not asked again
}

// startRun begins code; the run is closed when the task leaves before its end. A session runs one thing at a time: code
// of another task is waited for, and a stream that its loop has left is ended.
func startRun(L *lua.LState, op string, s *baiSession, code backendai.Code, o luavalue.Options, exclusive bool) *baiRun {
	r := &baiRun{s: s, limit: o.Duration("timeout", -1), began: s.client.rt.sched.Now(), input: inputOption(o), exclusive: exclusive, finished: make(chan struct{}), turn: make(chan struct{}, 1)}
	for s.running != nil && !s.running.done() {
		s.running.yield(L, op, r)
	}
	s.running = r
	r.step(L, op, func(ctx context.Context) (*backendai.RunResult, error) {
		run, got, err := s.client.inner.StartRun(ctx, s.id, code)
		r.run = run
		return got, err
	})
	return r
}

// left is what is left of the run's time; negative is no limit.
func (r *baiRun) left() time.Duration { return r.s.client.rt.remaining(r.began, r.limit) }

// late tells of the whole limit where what was left of it has passed.
func (r *baiRun) late(e *luavalue.Error) *luavalue.Error {
	if e.Kind == luavalue.KindTimeout && e.Cause == nil && r.left() == 0 {
		e.Message = "it took too long: " + r.limit.String() + " passed"
	}
	return e
}

// yield waits until this run is out of the way of the next, for no longer than that may take.
func (r *baiRun) yield(L *lua.LState, op string, next *baiRun) {
	if !r.exclusive {
		r.s.client.rt.work.Go(r.close)
	}
	_, err := sched.Await(L, next.left(), func(ctx context.Context) (struct{}, error) {
		select {
		case <-r.finished:
			return struct{}{}, nil
		case <-ctx.Done():
			return struct{}{}, context.Cause(ctx)
		}
	}, nil)
	if err != nil {
		luavalue.Raise(L, next.late(baiError(L, op, err)))
	}
}

func (r *baiRun) done() bool {
	select {
	case <-r.finished:
		return true
	default:
		return false
	}
}

// step makes one call of the run. A run whose task leaves in the middle is ended on the goroutine that made the call.
func (r *baiRun) step(L *lua.LState, op string, work func(ctx context.Context) (*backendai.RunResult, error)) {
	taken := false
	defer func() {
		if !taken {
			r.s.client.rt.work.Go(r.close)
		}
	}()
	got, err := sched.Await(L, r.left(), func(ctx context.Context) (*backendai.RunResult, error) {
		r.turn <- struct{}{}
		defer func() { <-r.turn }()
		got, err := work(ctx)
		if ctx.Err() != nil {
			r.end()
		}
		return got, r.s.client.inner.Lost(ctx, r.s.id, err)
	}, nil)
	if err != nil {
		luavalue.Raise(L, r.late(baiError(L, op, err)))
	}
	taken = true
	if r.last, r.over = got, got.Status == backendai.Finished; r.over {
		r.once.Do(func() { close(r.finished) })
	}
}

// close ends what still runs, after the call that is under way. Any goroutine.
func (r *baiRun) close() {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	r.end()
	r.once.Do(func() { close(r.finished) })
}

func (r *baiRun) end() {
	if r.tried || r.run == nil || !r.run.Open() {
		return
	}
	r.tried = true
	ctx, cancel := context.WithTimeout(context.Background(), closeRunTimeout)
	defer cancel()
	_ = r.run.Close(ctx) // nobody is left to tell
}

// next goes one step on; false after the end.
func (r *baiRun) next(L *lua.LState, op string) bool {
	if r.over {
		return false
	}
	if r.last.Status != backendai.WaitingInput {
		r.step(L, op, func(ctx context.Context) (*backendai.RunResult, error) { return r.run.Next(ctx) })
		return true
	}
	if r.input == nil {
		raise(L, op, luavalue.KindUsage, "give the option input: a text, a list of texts, or a function(prompt, password)",
			"%s: the code asks for input, and nobody answers", op)
	}
	text := r.input(L, lastLineOf(r.last.Console), r.last.Password)
	r.step(L, op, func(ctx context.Context) (*backendai.RunResult, error) { return r.run.Input(ctx, text) })
	return true
}

func lastLineOf(console []backendai.Output) string {
	if len(console) == 0 {
		return ""
	}
	text := console[len(console)-1].Text
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// session:execute(code[, {on_output =, input =, timeout =}]) runs a snippet to its end.
func sessionExecute(L *lua.LState) int {
	const op = "session:execute"
	s, code := openSession(L, op), luavalue.ArgString(L, 2, op)
	return runToEnd(L, op, s, backendai.Code{Text: code}, luavalue.Opts(L, 3, op, "on_output", "input", "timeout"))
}

// session:batch{build =, exec =, clean =, build_log =, on_output =, input =, timeout =} runs shell commands.
func sessionBatch(L *lua.LState) int {
	const op = "session:batch"
	s := openSession(L, op)
	if text, ok := L.Get(2).(lua.LString); ok {
		o := luavalue.Opts(L, 3, op, "on_output", "input", "timeout")
		return runToEnd(L, op, s, backendai.Code{Batch: &backendai.BatchOptions{Exec: string(text)}}, o)
	}
	luavalue.NoMore(L, 2, op)
	o := luavalue.Opts(L, 2, op, "build", "exec", "clean", "build_log", "on_output", "input", "timeout")
	b := backendai.BatchOptions{Build: o.String("build", ""), Exec: o.String("exec", ""), Clean: o.String("clean", ""), BuildLog: o.Bool("build_log", false)}
	return runToEnd(L, op, s, backendai.Code{Batch: &b}, o)
}

func runToEnd(L *lua.LState, op string, s *baiSession, code backendai.Code, o luavalue.Options) int {
	each := o.Function("on_output")
	r := startRun(L, op, s, code, o, true)
	defer func() {
		if !r.over { // a function of the script has raised
			s.client.rt.work.Go(r.close)
		}
	}()
	out := &outcome{limit: s.client.inner.Config().MaxBody}
	for more := true; more; more = r.next(L, op) {
		out.add(L, op, r.last, each)
	}
	L.Push(out.table(L))
	return 1
}

// session:stream(code[, {input =, timeout =}]) iterates over what the code writes: kind, text.
func sessionStream(L *lua.LState) int {
	const op = "session:stream"
	s, code := openSession(L, op), luavalue.ArgString(L, 2, op)
	r := startRun(L, op, s, backendai.Code{Text: code}, luavalue.Opts(L, 3, op, "input", "timeout"), false)
	at := 0
	L.Push(L.NewFunction(func(L *lua.LState) int {
		for at >= len(r.last.Console) {
			if !r.next(L, op) {
				return 0
			}
			at = 0
		}
		at++
		L.Push(lua.LString(r.last.Console[at-1].Kind))
		L.Push(lua.LString(r.last.Console[at-1].Text))
		return 2
	}))
	return 1
}

// session:complete(code[, {line =, row =, col =, post =}]) gives a list; empty where the image cannot.
func sessionComplete(L *lua.LState) int {
	const op = "session:complete"
	s, code := openSession(L, op), luavalue.ArgString(L, 2, op)
	o := luavalue.Opts(L, 3, op, "line", "row", "col", "post")
	where := backendai.CompleteOptions{Line: o.String("line", code), Row: o.Int("row", 0), Col: o.Int("col", len(code)), Post: o.String("post", "")}
	return pushGo(L, append([]string{}, sessionAsk(L, op, s, func(ctx context.Context) ([]string, error) { return s.client.inner.Completions(ctx, s.id, code, where) })...))
}

// session:interrupt() sends the running code what Ctrl-C would.
func sessionInterrupt(L *lua.LState) int {
	s := openSession(L, "session:interrupt")
	sessionDo(L, "session:interrupt", s, func(ctx context.Context) error { return s.client.inner.Interrupt(ctx, s.id) })
	return 0
}
