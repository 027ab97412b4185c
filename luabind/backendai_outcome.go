package luabind

import (
	"strings"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// outcome is what a run has said.
type outcome struct {
	console        []backendai.Output
	stdout, stderr strings.Builder
	code           int
	files          []backendai.RunFile
	size, limit    int64
}

func (o *outcome) add(L *lua.LState, op string, got *backendai.RunResult, each *lua.LFunction) {
	for _, piece := range got.Console {
		if o.size += int64(len(piece.Text)); o.size > o.limit {
			raise(L, op, luavalue.KindOverflow, "write to a file in the session instead", "%s: the code has written more than %d bytes", op, o.limit)
		}
		switch piece.Kind {
		case "stdout":
			o.stdout.WriteString(piece.Text)
		case "stderr":
			o.stderr.WriteString(piece.Text)
		}
		if each != nil {
			call(L, each, lua.LString(piece.Kind), lua.LString(piece.Text), outputTable(L, piece))
		}
	}
	o.console, o.files = append(o.console, got.Console...), append(o.files, got.Files...)
	if got.ExitCode != nil {
		o.code = *got.ExitCode
	}
}

func (o *outcome) table(L *lua.LState) *lua.LTable {
	t := L.CreateTable(0, 6)
	t.RawSetString("stdout", lua.LString(o.stdout.String()))
	t.RawSetString("stderr", lua.LString(o.stderr.String()))
	t.RawSetString("text", lua.LString(o.stdout.String()))
	t.RawSetString("exit_code", lua.LNumber(o.code))
	list := L.CreateTable(len(o.console), 0)
	for _, piece := range o.console {
		list.Append(outputTable(L, piece))
	}
	t.RawSetString("console", list)
	files := L.CreateTable(len(o.files), 0)
	for _, f := range o.files {
		files.Append(fromGo(L, f))
	}
	t.RawSetString("files", files)
	return t
}

func outputTable(L *lua.LState, piece backendai.Output) *lua.LTable {
	t := L.CreateTable(0, 3)
	t.RawSetString("kind", lua.LString(piece.Kind))
	t.RawSetString("text", lua.LString(piece.Text))
	for name, text := range map[string]string{"mime": piece.MIME, "level": piece.Level, "time": piece.Time, "logger": piece.Logger} {
		setKnown(t, name, text)
	}
	return t
}
