package luabind

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// Runtime runs one script. Its methods are for one goroutine; RunFile or RunString is called at most once.
type Runtime struct {
	cfg     Config
	sched   *sched.Scheduler
	L       *lua.LState
	modules map[string]lua.LValue // what require finds before it looks for files
	loader  *loader
	stdout  *output
	stdin   *input
	stderr  *lineWriter
	clients *clients
	births  births
	usual   launchOptions // of launches that are given none

	namedKeys map[string]pie.KeySource // by the path or text that a script gave

	baiClients []*backendai.Client // ended with the run
	board      *progressBoard
	report     reporter
	work       sync.WaitGroup // goroutines that terminate instances; each ends within endTimeout
	seed       int64          // of this run
	log        *logger
	random     *rand.Rand

	eventNames [pie.OutOfResources + 1]lua.LValue // by kind, made once

	script  string            // the chunk's name: the path of RunFile, the name of RunString
	dir     string            // where require and fs.here look
	sources map[string]string // chunk name → text, for excerpts in errors

	declared map[string]bool         // flags that args.parse has declared
	sight    sight                   // of the words after FILE
	leaving  *ExitError              // os.exit was called
	cancel   context.CancelCauseFunc // ends the root scope; nil while nothing runs
}

// ExitError is what RunFile and RunString return when the script ended itself with os.exit, whatever the code, or the
// host ended it because of its words.
type ExitError struct {
	Code    int
	Message string // to be said on standard error; may be empty
}

// Error gives the message, else names the code.
func (e *ExitError) Error() string {
	if e.Message != "" {
		return e.Message
	}
	return fmt.Sprintf("exit %d", e.Code)
}

// ErrStdoutClosed is what a run returns when whoever read its standard output went away: exit 141.
var ErrStdoutClosed = errors.New("standard output was closed")

// New makes a runtime with all modules opened. It starts the writer of standard output; Close ends it.
func New(cfg Config) (*Runtime, error) {
	rt := &Runtime{cfg: cfg.withDefaults(), sources: map[string]string{}, declared: map[string]bool{}, namedKeys: map[string]pie.KeySource{}}
	rt.sched = sched.New(sched.Config{Clock: rt.cfg.Clock, Grace: rt.cfg.Grace, OwnedBy: ownedBy, Unraised: rt.tellUnraised})
	rt.L = rt.sched.L()
	stdout, stderr := rt.openProgress()
	rt.stderr = &lineWriter{w: stderr}
	rt.stdout = newOutput(stdout, rt.cfg.StdoutBuffer, rt.sched, rt.stdoutFailed)
	rt.stdin = newInput(rt.cfg.Stdin, rt.sched)
	rt.clients = newClients(rt)
	rt.births.rt, rt.usual = rt, usualOptions()
	rt.loader = newLoader(rt)
	rt.openStdio()
	rt.openRandom()
	rt.openModules()
	rt.loader.open()
	return rt, nil
}

// tellUnraised prints an error of a deferred function that another error hides.
func (rt *Runtime) tellUnraised(e *luavalue.Error) { rt.tellBeside("a deferred function", e) }

// tellBeside prints an error that another one hides, and in what it was raised.
func (rt *Runtime) tellBeside(what string, e *luavalue.Error) {
	_, _ = fmt.Fprintf(rt.stderr, "pierun: in %s, beside another error: %s\n", what, e)
}

// Stderr is standard error for whoever else writes there during the run: it keeps clear of the progress line. Any
// goroutine.
func (rt *Runtime) Stderr() io.Writer { return rt.stderr }

// Sched returns the scheduler that runs the script.
func (rt *Runtime) Sched() *sched.Scheduler { return rt.sched }

// RunFile runs the script at path until its root scope has ended: all tasks, instances and clients are gone then,
// and everything printed is written. A context that ends cancels the script; its cause is returned. Other errors
// are *luavalue.Error, [*ExitError] or [ErrStdoutClosed].
func (rt *Runtime) RunFile(ctx context.Context, path string) error {
	text, err := rt.open(path)
	if err != nil {
		return err
	}
	return rt.run(ctx, path, text)
}

// RunString runs code as RunFile runs a file; name is what errors call it. Modules are looked for in the current
// folder.
func (rt *Runtime) RunString(ctx context.Context, name, code string) error {
	rt.dir = "."
	if rt.cfg.Script == "" {
		rt.cfg.Script = name
	}
	return rt.run(ctx, name, code)
}

// Close releases what New made. It does not wait for a script: call it after the run.
func (rt *Runtime) Close() {
	rt.stdout.close()
	rt.stdin.close()
	rt.L.Close()
}

func (rt *Runtime) run(ctx context.Context, chunk, code string) error {
	ctx, rt.cancel = context.WithCancelCause(ctx)
	defer rt.cancel(nil)
	main, err := rt.prepare(ctx, chunk, code)
	if err != nil {
		return err
	}
	rt.setArg()
	rt.log.tellSeed()
	if err = rt.sched.Run(ctx, main, rt.words()...); err == nil && rt.leaving == nil {
		err = rt.unseen(pending)
	}
	rt.clients.closeAll()
	rt.work.Wait()
	rt.closeBackendAI()
	if flushed := rt.stdout.flush(ctx, rt.cfg.Clock, rt.cfg.Grace); flushed != nil && err == nil {
		err = flushed
	}
	err = rt.outcome(ctx, err)
	if err != nil {
		rt.report.add(func(r *Report) { r.Ended = nil }) // a script that failed was not going to keep them
	}
	return err
}

// outcome prefers the reason for which the root scope was ended from outside to what the script made of it.
func (rt *Runtime) outcome(ctx context.Context, err error) error {
	var exit *sched.ExitError
	if rt.leaving != nil && (err == nil || errors.As(err, &exit)) {
		return rt.leaving
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// source is a chunk as it is compiled, and keeps it for excerpts. A first line that starts with "#" is skipped, as the
// shell's, and so is the mark that some editors put in front of UTF-8.
func (rt *Runtime) source(chunk, code string) string {
	code = strings.TrimPrefix(code, "\ufeff")
	rt.sources[chunk] = code
	if strings.HasPrefix(code, "#") {
		code = "--" + code
	}
	return code
}

// setArg sets the global table arg: the script at 0, its words from 1 on.
func (rt *Runtime) setArg() {
	arg := rt.L.CreateTable(len(rt.cfg.Args), 1)
	arg.RawSetInt(0, lua.LString(rt.cfg.Script))
	for i, word := range rt.words() {
		arg.RawSetInt(i+1, word)
	}
	rt.L.SetGlobal("arg", arg)
}

// words are the arguments of the main chunk, its "...": all that follows FILE, as it was written.
func (rt *Runtime) words() []lua.LValue {
	values := make([]lua.LValue, len(rt.cfg.Args))
	for i, word := range rt.cfg.Args {
		values[i] = lua.LString(word)
	}
	return values
}

// stdoutFailed ends the script when its output cannot be written any more. Any goroutine.
func (rt *Runtime) stdoutFailed(err error) { rt.cancel(err) }

// exit ends the run with a code and words for standard error, and never returns.
func (rt *Runtime) exit(L *lua.LState, code int, message string) {
	if rt.leaving == nil {
		rt.leaving = &ExitError{Code: code, Message: message}
	}
	rt.sched.Exit(L, code)
}
