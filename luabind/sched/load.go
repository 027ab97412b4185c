package sched

import (
	"io"
	"os"
	"runtime"
	"runtime/metrics"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// openLoad replaces every function that loads code: all of them use Compile.
func (s *Scheduler) openLoad() {
	for name, fn := range map[string]lua.LGFunction{
		"load": s.load, "loadstring": s.loadString, "loadfile": s.loadFile, "dofile": s.doFile,
		"collectgarbage": collectGarbage,
	} {
		s.l.SetGlobal(name, s.l.NewFunction(fn))
	}
	s.lib("debug").RawSetString("traceback", s.l.NewFunction(s.debugTraceback))
}

// loaded pushes the function, or nil and the message.
func (s *Scheduler) loaded(L *lua.LState, r io.Reader, chunk string) int {
	if name := strings.TrimLeft(chunk[:min(1, len(chunk))], "=@"); name == "" {
		chunk = chunk[min(1, len(chunk)):] // "=name" and "@file" are how Lua marks a name that is to be taken as it is
	}
	fn, err := s.Compile(r, chunk)
	if err != nil {
		L.Push(lua.LNil)
		L.Push(lua.LString(err.Error()))
		return 2
	}
	L.Push(fn)
	return 1
}

// loadstring(text[, chunk])
func (s *Scheduler) loadString(L *lua.LState) int {
	text := argString(L, 1)
	return s.loaded(L, strings.NewReader(text), L.OptString(2, chunkOf(text)))
}

// chunkOf names a chunk without a name by its first line.
func chunkOf(text string) string {
	line, _, more := strings.Cut(text, "\n")
	if len(line) > 40 || more {
		line = line[:min(len(line), 40)] + "..."
	}
	return `[string "` + line + `"]`
}

// load(f or text[, chunk]): f gives the pieces one after the other.
func (s *Scheduler) load(L *lua.LState) int {
	if _, ok := L.Get(1).(lua.LString); ok {
		return s.loadString(L)
	}
	fn := L.CheckFunction(1)
	chunk := L.OptString(2, "=(load)")
	var text strings.Builder
	for {
		L.Push(fn)
		L.Call(0, 1)
		piece := L.Get(-1)
		L.Pop(1)
		switch p := piece.(type) {
		case lua.LString:
			if p != "" {
				text.WriteString(string(p))
				continue
			}
		case *lua.LNilType:
		default:
			L.Push(lua.LNil)
			L.Push(lua.LString("reader function must return a string"))
			return 2
		}
		return s.loaded(L, strings.NewReader(text.String()), chunk)
	}
}

// loadfile(path)
func (s *Scheduler) loadFile(L *lua.LState) int {
	path := argString(L, 1)
	text, err := os.ReadFile(path)
	if err != nil {
		L.Push(lua.LNil)
		L.Push(lua.LString("cannot open " + path + ": " + err.Error()))
		return 2
	}
	return s.loaded(L, strings.NewReader(withoutShebang(string(text))), path)
}

// withoutShebang makes a comment of a first line that starts with "#".
func withoutShebang(text string) string {
	if strings.HasPrefix(text, "#") {
		return "--" + text
	}
	return text
}

// dofile(path)
func (s *Scheduler) doFile(L *lua.LState) int {
	L.SetTop(1)
	if s.loadFile(L) > 1 {
		luavalue.Raise(L, luavalue.Errorf(luavalue.KindScript, "%s", L.Get(-1)).WithOp("dofile"))
	}
	L.Call(0, lua.MultRet)
	return L.GetTop() - 1
}

// collectgarbage([what]): "collect" collects, "count" gives the heap in KiB; the rest has no meaning here.
func collectGarbage(L *lua.LState) int {
	switch what := L.OptString(1, "collect"); what {
	case "collect":
		runtime.GC()
		L.Push(lua.LNumber(0))
	case "count":
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		L.Push(lua.LNumber(float64(sample[0].Value.Uint64()) / 1024))
	default:
		L.Push(lua.LNumber(0))
	}
	return 1
}

// debug.traceback([thread,] [message[, level]])
func (s *Scheduler) debugTraceback(L *lua.LState) int {
	of, arg := L, 1
	if h, ok := L.Get(1).(*lua.LState); ok {
		arg = 2
		of = nil
		if c := coroutineOf(h); c != nil && c.shell != nil {
			of = c.shell.L
		}
	}
	message := L.Get(arg)
	if _, ok := message.(lua.LString); !ok && message != lua.LNil {
		L.Push(message)
		return 1
	}
	text := "stack traceback:"
	if message != lua.LNil {
		text = message.String() + "\n" + text
	}
	if of != nil {
		if t := traceback(of); t != "" {
			text += "\n\t" + strings.ReplaceAll(t, "\n", "\n\t")
		}
	}
	L.Push(lua.LString(text))
	return 1
}
