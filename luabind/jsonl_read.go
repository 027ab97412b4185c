package luabind

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"github.com/pierun/pierun/internal/screen"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

const (
	defaultMaxLine = 64 << 20  // the longest line that is read
	batchBytes     = 128 << 10 // how much of a file is decoded ahead at most, but for one long line
)

// row is one decoded line.
type row struct {
	value lua.LValue
	line  int // its number, from 1
}

// rowParser decodes lines one after another. Any goroutine, one at a time.
type rowParser struct {
	decoder *luavalue.Decoder
	o       rowOptions
	line    int // the number of the last line
}

func newRowParser(L *lua.LState, name string, o rowOptions) rowParser {
	o.decode.File = name
	return rowParser{decoder: luavalue.NewDecoder(L), o: o}
}

// parseWithin is parse of a line that may be too long.
func (p *rowParser) parseWithin(text []byte) (r row, ok bool, err error) {
	if len(text) > p.o.maxLine {
		return row{}, false, lineTooLong(p.o, p.line+1)
	}
	return p.parse(text)
}

// parse decodes the next line; ok is false where there is no row: an empty line, a bad one that may be skipped, a null
// that is dropped.
func (p *rowParser) parse(text []byte) (r row, ok bool, err error) {
	p.line++
	if p.line == 1 {
		text = bytes.TrimPrefix(text, []byte("\ufeff"))
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return row{}, false, nil
	}
	p.o.decode.Line = p.line
	v, err := p.decoder.Decode(text, p.o.decode)
	if err != nil {
		return row{}, false, p.bad(err)
	}
	return row{value: v, line: p.line}, v != lua.LNil, nil
}

// bad is the error of a line, nil if it may be skipped: a line whose only fault is a number that Lua cannot hold is JSON.
func (p *rowParser) bad(err error) error {
	e, ok := errors.AsType[*luavalue.Error](err)
	if !ok || errors.Is(err, luavalue.ErrBig) {
		return err
	}
	if p.o.skipBad {
		return nil
	}
	return e.WithHint("skip_bad = true leaves out lines that are no JSON")
}

// rowFile reads the rows of a file. Any goroutine, one at a time. What a script leaves half read is closed by the
// collector, with the os.File: an iterator may be handed on and outlive every scope.
type rowFile struct {
	file    *os.File
	scanner *bufio.Scanner
	rowParser
}

// openRows opens path beside the scheduler.
func openRows(L *lua.LState, fn, path string, o rowOptions) *rowFile {
	f, err := sched.Await(L, -1, func(context.Context) (*os.File, error) { return os.Open(path) }, func(f *os.File) {
		if f != nil {
			_ = f.Close() // opened for a task that is gone, and only for reading
		}
	})
	if err != nil {
		raiseOp(L, fn, ioError(err))
	}
	r := &rowFile{file: f, scanner: bufio.NewScanner(f), rowParser: newRowParser(L, path, o)}
	r.scanner.Buffer(make([]byte, 0, min(64<<10, o.maxLine+2)), o.maxLine+2) // its end is counted there
	return r
}

// more gives the next rows; io.EOF comes with the last ones, and any other error after the rows before it.
func (f *rowFile) more() ([]row, error) {
	var rows []row
	for size := 0; size < batchBytes; size += len(f.scanner.Bytes()) {
		if !f.scanner.Scan() {
			return rows, f.ended()
		}
		row, ok, err := f.parseWithin(f.scanner.Bytes())
		if err != nil {
			return rows, err
		}
		if ok {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func (f *rowFile) ended() error {
	switch err := f.scanner.Err(); {
	case err == nil:
		return io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		return lineTooLong(f.o, f.line+1)
	default:
		return err
	}
}

func lineTooLong(o rowOptions, line int) error {
	return luavalue.Errorf(luavalue.KindValue, "%s:%d: the line is longer than %s", o.decode.File, line, screen.Bytes(float64(o.maxLine))).
		WithHint("max_line says how long one may be")
}

func (f *rowFile) close() { _ = f.file.Close() } // only read from: nothing can be lost

// fileRows hands out the rows of a file. A goroutine reads ahead while the script is busy with the rows before; any
// number of tasks may take from it. Scheduler's goroutine.
type fileRows struct {
	rt      *Runtime
	op      string
	file    *rowFile
	ready   []row
	err     error // what comes after them
	reading bool
	waiting []*sched.Task
}

func (r *fileRows) next(L *lua.LState) (row, bool) {
	for len(r.ready) == 0 && r.err == nil {
		r.read()
		task := r.rt.sched.Current()
		r.waiting = append(r.waiting, task)
		task.Suspend(L, -1)
	}
	if len(r.ready) > 0 {
		first := r.ready[0]
		r.ready = r.ready[1:]
		return first, true
	}
	if !errors.Is(r.err, io.EOF) {
		raiseOp(L, r.op, ioError(r.err))
	}
	return row{}, false
}

// read has a goroutine read more rows, if none does.
func (r *fileRows) read() {
	if r.reading {
		return
	}
	r.reading = true
	r.rt.sched.Hold()
	go func() {
		rows, err := r.file.more()
		if err != nil {
			r.file.close()
		}
		r.rt.sched.Post(func() {
			r.arrived(rows, err)
			r.rt.sched.Release()
		})
	}()
}

func (r *fileRows) arrived(rows []row, err error) {
	r.ready, r.err, r.reading = rows, err, false
	wakeAll(&r.waiting)
}

// wakeAll wakes the tasks of a list and empties it.
func wakeAll(waiting *[]*sched.Task) {
	tasks := *waiting
	*waiting = nil
	for _, task := range tasks {
		task.Wake()
	}
}

// stdinRows hands out the rows of standard input as they come, sharing it with io.read.
type stdinRows struct {
	in     *stdio
	parser rowParser
}

func (r *stdinRows) next(L *lua.LState) (row, bool) {
	for {
		line, ok := r.in.readLine(L, false).(lua.LString)
		if !ok {
			return row{}, false
		}
		row, ok, err := r.parser.parseWithin([]byte(line))
		if err != nil {
			raiseOp(L, "jsonl.read", err)
		}
		if ok {
			return row, true
		}
	}
}
