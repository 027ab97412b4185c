package luabind

import (
	"context"
	"errors"
	"io"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// openJSONL makes the module jsonl.
func openJSONL(rt *Runtime) lua.LValue {
	rt.openJSONLWriterType()
	return rt.L.SetFuncs(rt.L.CreateTable(0, 4), map[string]lua.LGFunction{
		"read": rt.jsonlRead, "load": rt.jsonlLoad, "save": rt.jsonlSave, "writer": rt.jsonlWriter,
	})
}

// rowOptions say how rows are read.
type rowOptions struct {
	decode  luavalue.DecodeOptions
	skipBad bool
	maxLine int // bytes
}

func readOptions(L *lua.LState, fn string) rowOptions {
	o := luavalue.Opts(L, 2, fn, "null", "big", "skip_bad", "max_line")
	longest := int(min(o.Size("max_line", defaultMaxLine), 1<<30))
	if longest < 1 {
		o.Fail("max_line", "must be at least 1 byte")
	}
	return rowOptions{decode: decodeOptions(o), skipBad: o.Bool("skip_bad", false), maxLine: longest}
}

// jsonl.read(path[, {null =, big =, skip_bad = false, max_line =}]) gives an iterator of row and line number. "-" is standard input.
func (rt *Runtime) jsonlRead(L *lua.LState) int {
	path := luavalue.ArgString(L, 1, "jsonl.read")
	o := readOptions(L, "jsonl.read")
	next := rt.rowSource(L, "jsonl.read", path, o)
	L.Push(L.NewFunction(func(L *lua.LState) int {
		row, ok := next(L)
		if !ok {
			L.Push(lua.LNil)
			return 1
		}
		L.Push(row.value)
		L.Push(lua.LNumber(row.line))
		return 2
	}))
	return 1
}

// rowSource opens path and gives what reads its next row; false at the end.
func (rt *Runtime) rowSource(L *lua.LState, fn, path string, o rowOptions) func(*lua.LState) (row, bool) {
	if path == "-" {
		return (&stdinRows{in: &stdio{rt: rt}, parser: newRowParser(L, "standard input", o)}).next
	}
	f := openRows(L, fn, path, o)
	return (&fileRows{rt: rt, op: fn, file: f}).next
}

// jsonl.load(path[, opts]) gives all rows as a list.
func (rt *Runtime) jsonlLoad(L *lua.LState) int {
	path := luavalue.ArgString(L, 1, "jsonl.load")
	o := readOptions(L, "jsonl.load")
	list := L.CreateTable(64, 0)
	if path == "-" {
		for next := rt.rowSource(L, "jsonl.load", path, o); ; {
			row, ok := next(L)
			if !ok {
				break
			}
			list.Append(row.value)
		}
	} else {
		for _, row := range loadRows(L, path, o) {
			list.Append(row.value)
		}
	}
	L.Push(luavalue.Array(L, list))
	return 1
}

// loadRows reads a whole file beside the scheduler.
func loadRows(L *lua.LState, path string, o rowOptions) []row {
	f := openRows(L, "jsonl.load", path, o)
	rows, err := sched.Await(L, -1, func(ctx context.Context) ([]row, error) {
		defer f.close()
		var all []row
		for {
			rows, err := f.more()
			all = append(all, rows...)
			if errors.Is(err, io.EOF) {
				return all, nil
			}
			if err = errors.Join(err, ctx.Err()); err != nil {
				return nil, err
			}
		}
	}, nil)
	if err != nil {
		raiseOp(L, "jsonl.load", ioError(err))
	}
	return rows
}

// jsonl.save(path, list) writes all rows; the file is the old one or the new one, never half.
func (rt *Runtime) jsonlSave(L *lua.LState) int {
	path, list := luavalue.ArgString(L, 1, "jsonl.save"), luavalue.ArgList(L, 2, "jsonl.save")
	var text []byte
	for i := 1; i <= list.MaxN(); i++ {
		text = appendRow(L, "jsonl.save", text, list.RawGetInt(i), i)
	}
	onDisk(L, "jsonl.save", func() (struct{}, error) { return struct{}{}, writeAtomic(path, text) })
	return 0
}

// appendRow appends row number i as one line. A nil row and what has no JSON form raise value.
func appendRow(L *lua.LState, op string, text []byte, v lua.LValue, i int) []byte {
	if v == lua.LNil {
		raise(L, op, luavalue.KindValue, "json.null is a row that says null", "%s: row %d is nil", op, i)
	}
	text, err := luavalue.AppendJSON(text, v, luavalue.EncodeOptions{Sort: true})
	if err != nil {
		e := luavalue.FromGo(L, err)
		raise(L, op, luavalue.KindValue, e.Hint, "%s: row %d: %s", op, i, e.Message)
	}
	return append(text, '\n')
}
