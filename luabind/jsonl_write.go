package luabind

import (
	"context"
	"errors"
	"os"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

const writerMeta = "pierun.jsonl.writer"

// jsonlWriter writes rows to a file. Rows of several tasks that come together go out in one write; a task goes on
// when its row has been written. Scheduler's goroutine; the file belongs to the goroutine that flushes.
type jsonlWriter struct {
	sched.Ownership
	rt   *Runtime
	path string
	file *os.File

	lines   []byte // not handed over yet
	spare   []byte // the buffer that was written last
	queued  int    // rows taken, in all
	written int    // rows on disk, in all
	busy    bool   // a goroutine has the file
	err     error  // why nothing is written any more
	waiting []*sched.Task

	scope   *sched.Scope
	closing bool
	ended   bool
	done    []func() // told once it has ended
}

func (rt *Runtime) openJSONLWriterType() {
	methods := map[string]lua.LGFunction{"write": writerWrite, "close": writerClose}
	rt.openType(writerMeta, methods, func(L *lua.LState) int {
		L.Push(lua.LString("writer of " + self[*jsonlWriter](L, "writer:tostring").path))
		return 1
	})
}

// jsonl.writer(path[, {append = false}]) opens a file for rows. It is closed with the scope at the latest.
func (rt *Runtime) jsonlWriter(L *lua.LState) int {
	path := luavalue.ArgString(L, 1, "jsonl.writer")
	add := luavalue.Opts(L, 2, "jsonl.writer", "append").Bool("append", false)
	if path == "-" {
		luavalue.WrongArg(L, 1, "jsonl.writer", "must be a file; print(json.encode(row)) writes a row to standard output")
	}
	f, err := sched.Await(L, -1, func(context.Context) (*os.File, error) { return openForRows(path, add) }, func(f *os.File) {
		if f != nil {
			_ = f.Close() // opened for a task that is gone: nothing was written
		}
	})
	if err != nil {
		raiseOp(L, "jsonl.writer", ioError(err))
	}
	w := &jsonlWriter{rt: rt, path: path, file: f, scope: rt.sched.Current().Scope()}
	w.scope.Own(w)
	L.Push(rt.newUserData(writerMeta, w))
	return 1
}

// openForRows opens an empty file, or with add the one that is there. A last line without an end, which a crash may
// have left, gets one, so that the next row is a line of its own.
func openForRows(path string, add bool) (*os.File, error) {
	if !add {
		return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o644)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	last := []byte{'\n'}
	if err == nil && info.Mode().IsRegular() && info.Size() > 0 {
		_, err = f.ReadAt(last, info.Size()-1)
	}
	if err == nil && last[0] != '\n' {
		_, err = f.Write([]byte{'\n'})
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// writer:write(row) writes one whole line and returns when the system has it, where a crash of pierun leaves it.
func writerWrite(L *lua.LState) int {
	w := self[*jsonlWriter](L, "writer:write")
	if w.closing {
		raise(L, "writer:write", luavalue.KindIO, "a writer is closed with the scope that opened it", "writer:write: %s is closed", w.path)
	}
	w.lines = appendRow(L, "writer:write", w.lines, L.Get(2), w.queued+1)
	w.queued++
	mine := w.queued
	w.flush()
	w.await(L, "writer:write", func() bool { return w.written >= mine })
	return 0
}

// await waits until it is done or the writer has failed.
func (w *jsonlWriter) await(L *lua.LState, op string, done func() bool) {
	for !done() && w.err == nil {
		task := w.rt.sched.Current()
		w.waiting = append(w.waiting, task)
		task.Suspend(L, -1)
	}
	if !done() {
		raiseOp(L, op, ioError(w.err))
	}
}

// flush hands the waiting lines to a goroutine, if none is at it.
func (w *jsonlWriter) flush() {
	if w.busy || len(w.lines) == 0 || w.err != nil {
		return
	}
	lines, upTo := w.lines, w.queued
	w.lines = w.spare[:0]
	w.work(func() error { return writeLines(w.file, lines) }, func(err error) {
		w.spare = lines
		if w.err = err; err == nil {
			w.written = upTo
		}
	})
}

// work runs f on a goroutine, then after and what is due next on the scheduler.
func (w *jsonlWriter) work(f func() error, after func(error)) {
	w.busy = true
	w.rt.sched.Hold()
	go func() {
		err := f()
		w.rt.sched.Post(func() {
			w.busy = false
			after(err)
			wakeAll(&w.waiting)
			w.flush()
			w.finish()
			w.rt.sched.Release()
		})
	}()
}

// writeLines writes whole lines: what an error cuts off is taken back where the file allows it.
func writeLines(f *os.File, lines []byte) error {
	n, err := f.Write(lines)
	if err == nil || n == 0 {
		return err
	}
	if info, statErr := f.Stat(); statErr == nil && info.Mode().IsRegular() {
		err = errors.Join(err, f.Truncate(info.Size()-int64(n)))
	}
	return err
}

// writer:close() closes the file once all is written. Twice is harmless.
func writerClose(L *lua.LState) int {
	w := self[*jsonlWriter](L, "writer:close")
	w.close()
	for !w.ended {
		task := w.rt.sched.Current()
		w.waiting = append(w.waiting, task)
		task.Suspend(L, -1)
	}
	if w.err != nil {
		raiseOp(L, "writer:close", ioError(w.err))
	}
	return 0
}

func (w *jsonlWriter) close() {
	if !w.closing {
		w.closing = true
		w.finish()
	}
}

// finish closes the file of a writer that is closing and has nothing left to write.
func (w *jsonlWriter) finish() {
	if !w.closing || w.busy || w.ended {
		return
	}
	if w.file == nil {
		w.end()
		return
	}
	f := w.file
	w.file = nil
	w.work(f.Close, func(err error) {
		if w.err == nil {
			w.err = err
		}
	})
}

func (w *jsonlWriter) end() {
	w.ended = true
	w.scope.Disown(w)
	wakeAll(&w.waiting)
	for _, done := range w.done {
		done()
	}
	w.done = nil
}

// Release closes the writer when its scope ends.
func (w *jsonlWriter) Release(done func()) {
	if w.ended {
		done()
		return
	}
	w.done = append(w.done, done)
	w.close()
}

// Ended tells whether the file is closed.
func (w *jsonlWriter) Ended() bool { return w.ended }

// Moved tells the writer its new scope.
func (w *jsonlWriter) Moved(to *sched.Scope) { w.scope = to }
