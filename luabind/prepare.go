package luabind

import (
	"context"
	"os"
	"path/filepath"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// CheckFile finds, in place of RunFile, what that would refuse before anything runs: a script that cannot be read or
// compiled, and flags that stand behind it by mistake.
func (rt *Runtime) CheckFile(ctx context.Context, path string) error {
	text, err := rt.open(path)
	if err != nil {
		return err
	}
	return rt.CheckString(ctx, path, text)
}

// CheckString is CheckFile in place of RunString.
func (rt *Runtime) CheckString(ctx context.Context, name, code string) error {
	_, err := rt.prepare(ctx, name, code)
	return err
}

// open reads the script at path, which is the one that runs.
func (rt *Runtime) open(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", scriptUnreadable(path, err)
	}
	rt.dir = filepath.Dir(path)
	rt.cfg.Script = path
	return string(text), nil
}

// prepare compiles the main chunk, and refuses words that it cannot have been given on purpose.
func (rt *Runtime) prepare(ctx context.Context, chunk, code string) (*lua.LFunction, error) {
	rt.script = chunk
	main, err := rt.sched.CompileUntil(ctx, rt.source(chunk, code), chunk)
	if err != nil {
		return nil, rt.outcome(ctx, luavalue.FromGo(rt.L, err))
	}
	rt.see(main, false)
	return main, rt.unseen(blind)
}
