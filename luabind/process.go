package luabind

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// os.exit([code]) ends the script at once: everything is cancelled, cleaned up and the command ends with the code,
// 0 without one. true is 0, false is 1.
func (rt *Runtime) osExit(L *lua.LState) int {
	code := 0
	switch v := L.Get(1).(type) {
	case *lua.LNilType:
	case lua.LBool:
		if !v {
			code = 1
		}
	default:
		code = luavalue.ArgInt(L, 1, "os.exit", 0)
	}
	rt.exit(L, code, "")
	return 0
}

// os.execute([command]) runs a command of the system's shell and gives its exit code; only this task waits. What it
// prints goes to the script's own streams. Without a command: 1, there is a shell.
func (rt *Runtime) osExecute(L *lua.LState) int {
	if L.Get(1) == lua.LNil {
		L.Push(lua.LNumber(1))
		return 1
	}
	command := luavalue.ArgString(L, 1, "os.execute")
	code, err := sched.Await(L, -1, func(ctx context.Context) (int, error) { return rt.shell(ctx, command) }, nil)
	if err != nil {
		luavalue.Raise(L, luavalue.Errorf(luavalue.KindIO, "os.execute: %w", err).WithOp("os.execute"))
	}
	L.Push(lua.LNumber(code))
	return 1
}

// shell runs command until it ends or ctx does.
func (rt *Runtime) shell(ctx context.Context, command string) (int, error) {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	if runtime.GOOS == "windows" {
		cmd = exec.CommandContext(ctx, "cmd", "/C", command)
	}
	cmd.Stdout, cmd.Stderr = rt.stdout, rt.stderr
	endTogether(cmd)
	cmd.WaitDelay = time.Second // what has left its group may hold its streams open
	err := cmd.Run()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return failed.ExitCode(), nil
	}
	return 0, err
}

// popenRefused says why there is no io.popen: its reads would stop every task.
func popenRefused(L *lua.LState) int {
	luavalue.Raise(L, luavalue.Errorf(luavalue.KindUnsupported, "io.popen is not available").
		WithOp("io.popen").WithHint("os.execute runs a command and waits without stopping other tasks; write its output to a file and read that"))
	return 0
}
