package luabind

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// output is standard output: a bounded buffer that a goroutine of its own writes out, as fast as the reader of the
// pipe allows. Text of one print stays together, in the order of the calls.
type output struct {
	w      io.Writer
	sched  *sched.Scheduler
	failed func(error) // told once, on the writer's goroutine
	limit  int         // of bytes that wait, see Config.StdoutBuffer

	waiting []*sched.Task // who waits for room; scheduler's goroutine only
	held    bool          // the scheduler knows that room will come
	wakeAll func()        // wakes them; one function value for all posts

	mu      sync.Mutex
	idle    *sync.Cond // the writer has written all, failed or ended
	pending []byte
	spare   []byte // the buffer that was written last, to be filled again
	full    bool   // somebody waits for room
	busy    bool   // a write is under way
	closed  bool
	err     error
	work    chan struct{}
	ended   chan struct{}
}

// newOutput starts the writer; close ends it.
func newOutput(w io.Writer, limit int64, s *sched.Scheduler, failed func(error)) *output {
	o := &output{w: w, limit: int(limit), sched: s, failed: failed, work: make(chan struct{}, 1), ended: make(chan struct{})}
	o.idle = sync.NewCond(&o.mu)
	o.wakeAll = o.wake
	go o.writeLoop()
	return o
}

// put adds text to the output and waits only while the buffer is full. Scheduler's goroutine.
func (o *output) put(L *lua.LState, text string) {
	for !o.add(text) {
		if !o.held {
			o.held = true
			o.sched.Hold()
		}
		task := o.sched.Current()
		o.waiting = append(o.waiting, task)
		task.Suspend(L, -1)
	}
}

// add queues text; false means that there is no room now and that wakeAll will be posted when there is.
func (o *output) add(text string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil || o.closed {
		return true // the script is being ended for it
	}
	if len(o.pending) >= o.limit {
		o.full = true
		return false
	}
	o.pending = append(o.pending, text...)
	o.signal()
	return true
}

func (o *output) signal() {
	select {
	case o.work <- struct{}{}:
	default:
	}
}

func (o *output) wake() {
	if o.held {
		o.held = false
		o.sched.Release()
	}
	waiting := o.waiting
	o.waiting = nil
	for _, task := range waiting {
		task.Wake()
	}
}

// Write adds p for the goroutines of child processes: it blocks the caller while the buffer is full.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.pending) >= o.limit && o.err == nil && !o.closed {
		o.idle.Wait()
	}
	if o.err != nil {
		return 0, o.err
	}
	o.pending = append(o.pending, p...)
	o.signal()
	return len(p), nil
}

func (o *output) writeLoop() {
	defer close(o.ended)
	for range o.work {
		for o.writeOnce() {
		}
	}
}

// writeOnce writes what is pending; false when there was nothing.
func (o *output) writeOnce() bool {
	text := o.take()
	if text == nil {
		return false
	}
	_, err := o.w.Write(text)
	o.wrote(text, err)
	return true
}

// take takes over the pending text and, when there is none, says that the writer is idle.
func (o *output) take() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.pending) == 0 || o.err != nil {
		o.busy = false
		o.idle.Broadcast()
		return nil
	}
	text := o.pending
	o.pending, o.spare, o.busy = o.spare[:0], nil, true
	return text
}

func (o *output) wrote(text []byte, err error) {
	o.mu.Lock()
	o.spare = text
	if err != nil {
		o.err, o.pending = stdoutError(err), nil
	}
	full, failure := o.full, o.err
	o.full = false
	o.idle.Broadcast()
	o.mu.Unlock()
	if failure != nil {
		o.failed(failure)
	}
	if full {
		o.sched.Post(o.wakeAll)
	}
}

// flush waits until all is written. Once ctx has ended it waits no longer than the grace.
func (o *output) flush(ctx context.Context, clock sched.Clock, grace time.Duration) error {
	late := false
	stop := context.AfterFunc(ctx, func() {
		clock.AfterFunc(grace, func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			late = true
			o.idle.Broadcast()
		})
	})
	defer stop()
	o.mu.Lock()
	defer o.mu.Unlock()
	for (len(o.pending) > 0 || o.busy) && o.err == nil && !late {
		o.idle.Wait()
	}
	return o.err
}

// close ends the writer. A write that the other side never takes keeps its goroutine until the process ends.
func (o *output) close() {
	o.mu.Lock()
	closed := o.closed
	o.closed = true
	stuck := o.busy
	o.idle.Broadcast()
	o.mu.Unlock()
	if closed {
		return
	}
	close(o.work)
	if !stuck {
		<-o.ended
	}
}

// stdoutError tells a reader that went away from other failures of standard output.
func stdoutError(err error) error {
	gone := errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, os.ErrClosed)
	if runtime.GOOS == "windows" {
		gone = gone || errors.Is(err, syscall.Errno(109)) || errors.Is(err, syscall.Errno(232)) // broken pipe, no data
	}
	if gone {
		return ErrStdoutClosed
	}
	e := luavalue.Errorf("io", "cannot write standard output: %v", err)
	e.Cause = err
	return e
}

// lineWriter is standard error: one Write at a time, from any goroutine.
type lineWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lineWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
