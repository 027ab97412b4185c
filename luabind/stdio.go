package luabind

import (
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// stdio is what print and the io library know of the standard streams.
type stdio struct {
	rt                    *Runtime
	stdin, stdout, stderr *lua.LUserData
	in, out               lua.LValue // the default files of io.read and io.write
	openFile              *lua.LFunction
	fileLines             *lua.LFunction // the library's own io.lines, for files by name
}

// openStdio replaces print, the parts of io that touch the standard streams, and what of os ends or starts processes.
func (rt *Runtime) openStdio() {
	s := &stdio{rt: rt}
	L := rt.L
	lib := libTable(L, "io")
	s.openFile, _ = lib.RawGetString("open").(*lua.LFunction)
	s.fileLines, _ = lib.RawGetString("lines").(*lua.LFunction)
	s.stdin = s.stream("stdin", map[string]lua.LGFunction{"read": s.readStream, "lines": s.linesOfStream})
	s.stdout = s.stream("stdout", map[string]lua.LGFunction{"write": s.writeStdout})
	s.stderr = s.stream("stderr", map[string]lua.LGFunction{"write": s.writeStderr})
	s.in, s.out = s.stdin, s.stdout
	for name, value := range map[string]lua.LValue{"stdin": s.stdin, "stdout": s.stdout, "stderr": s.stderr} {
		lib.RawSetString(name, value)
	}
	L.SetFuncs(lib, map[string]lua.LGFunction{
		"read": s.read, "lines": s.lines, "write": s.write, "input": s.input, "output": s.output,
		"close": s.close, "type": s.typeOf(lib), "popen": popenRefused,
	})
	L.SetGlobal("print", L.NewFunction(s.print))
	L.SetFuncs(libTable(L, "os"), map[string]lua.LGFunction{"exit": rt.osExit, "execute": rt.osExecute})
}

func libTable(L *lua.LState, name string) *lua.LTable {
	if t, ok := L.GetGlobal(name).(*lua.LTable); ok {
		return t
	}
	t := L.CreateTable(0, 8)
	L.SetGlobal(name, t)
	return t
}

// stream makes the userdata of a standard stream; methods it does not have say so.
func (s *stdio) stream(name string, methods map[string]lua.LGFunction) *lua.LUserData {
	L := s.rt.L
	index := L.CreateTable(0, 8)
	L.SetFuncs(index, map[string]lua.LGFunction{"flush": succeed, "setvbuf": succeed, "close": succeed, "seek": noSeek})
	L.SetFuncs(index, methods)
	mt := L.CreateTable(0, 2)
	mt.RawSetString("__index", index)
	mt.RawSetString("__tostring", L.NewFunction(func(L *lua.LState) int { L.Push(lua.LString("file (" + name + ")")); return 1 }))
	return &lua.LUserData{Value: s, Env: L.G.Global, Metatable: mt}
}

// succeed is a call that has nothing to do: output is written out as soon as it can be anyway.
func succeed(L *lua.LState) int {
	L.Push(lua.LTrue)
	return 1
}

func noSeek(L *lua.LState) int {
	L.Push(lua.LNil)
	L.Push(lua.LString("a standard stream cannot seek"))
	return 2
}

// print(...) writes its values, separated by tabs, as one line that no other print cuts.
func (s *stdio) print(L *lua.LState) int {
	if L.GetTop() == 1 {
		if text, ok := L.Get(1).(lua.LString); ok {
			s.rt.stdout.put(L, string(text)+"\n")
			return 0
		}
	}
	var line strings.Builder
	for i := 1; i <= L.GetTop(); i++ {
		if i > 1 {
			line.WriteByte('\t')
		}
		line.WriteString(s.toString(L, L.Get(i)))
	}
	line.WriteByte('\n')
	s.rt.stdout.put(L, line.String())
	return 0
}

// toString asks the script's own tostring, as Lua 5.1 does.
func (s *stdio) toString(L *lua.LState, v lua.LValue) string {
	if text, ok := v.(lua.LString); ok {
		return string(text)
	}
	L.Push(L.GetGlobal("tostring"))
	L.Push(v)
	L.Call(1, 1)
	text := L.Get(-1)
	L.Pop(1)
	if _, ok := text.(lua.LString); !ok {
		luavalue.Raisef(L, luavalue.KindScript, "'tostring' must return a string to 'print'")
	}
	return text.String()
}

func (s *stdio) writeStdout(L *lua.LState) int {
	s.rt.stdout.put(L, joined(L, "io.write", 2))
	L.Push(s.stdout)
	return 1
}

func (s *stdio) writeStderr(L *lua.LState) int {
	_, _ = s.rt.stderr.Write([]byte(joined(L, "io.stderr:write", 2)))
	L.Push(s.stderr)
	return 1
}

// joined is the text of the arguments from first on: strings and numbers.
func joined(L *lua.LState, fn string, first int) string {
	if L.GetTop() == first {
		return luavalue.ArgString(L, first, fn)
	}
	var text strings.Builder
	for i := first; i <= L.GetTop(); i++ {
		text.WriteString(luavalue.ArgString(L, i, fn))
	}
	return text.String()
}

// io.write(...) writes strings and numbers to the default output.
func (s *stdio) write(L *lua.LState) int {
	if s.out == lua.LValue(s.stdout) {
		s.rt.stdout.put(L, joined(L, "io.write", 1))
		L.Push(s.stdout)
		return 1
	}
	return s.method(L, s.out, "write")
}

// method calls file:name(...) with the arguments of the running function and hands its results on.
func (s *stdio) method(L *lua.LState, file lua.LValue, name string) int {
	n := L.GetTop()
	L.Push(L.GetField(file, name))
	L.Push(file)
	for i := 1; i <= n; i++ {
		L.Push(L.Get(i))
	}
	L.Call(n+1, lua.MultRet)
	return L.GetTop() - n
}

// io.input([file]) and io.output([file]) give or set the default file; a name opens one.
func (s *stdio) input(L *lua.LState) int  { return s.redirect(L, &s.in, "r") }
func (s *stdio) output(L *lua.LState) int { return s.redirect(L, &s.out, "w") }

func (s *stdio) redirect(L *lua.LState, file *lua.LValue, mode string) int {
	switch v := L.Get(1).(type) {
	case *lua.LNilType:
	case lua.LString:
		*file = s.open(L, string(v), mode)
	case *lua.LUserData:
		*file = v
	default:
		luavalue.WrongArg(L, 1, "io."+map[string]string{"r": "input", "w": "output"}[mode], "must be a file or its name")
	}
	L.Push(*file)
	return 1
}

func (s *stdio) open(L *lua.LState, name, mode string) lua.LValue {
	L.Push(s.openFile)
	L.Push(lua.LString(name))
	L.Push(lua.LString(mode))
	L.Call(2, 2)
	file, why := L.Get(-2), L.Get(-1)
	L.Pop(2)
	if file == lua.LNil {
		luavalue.Raisef(L, luavalue.KindIO, "cannot open %s: %s", name, why)
	}
	return file
}

// io.close([file]) closes a file, the default output without one.
func (s *stdio) close(L *lua.LState) int {
	file := L.Get(1)
	if file == lua.LNil {
		file = s.out
		s.out = s.stdout
	}
	L.SetTop(0)
	return s.method(L, file, "close")
}

// typeOf is io.type, which knows the standard streams as well.
func (s *stdio) typeOf(lib *lua.LTable) lua.LGFunction {
	library := lib.RawGetString("type")
	return func(L *lua.LState) int {
		if u, ok := L.Get(1).(*lua.LUserData); ok && u.Value == any(s) {
			L.Push(lua.LString("file"))
			return 1
		}
		L.SetTop(1)
		L.Push(library)
		L.Push(L.Get(1))
		L.Call(1, 1)
		return 1
	}
}
