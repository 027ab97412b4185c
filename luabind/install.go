package luabind

import (
	"context"
	"errors"
	"io/fs"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/program"
	lua "github.com/yuin/gopher-lua"
)

// client:install(path[, {force = true}]) installs a file, or a folder with a Pie.toml, and gives "name@version".
func clientInstall(L *lua.LState) int {
	const op = "client:install"
	c, path := connected(L, op), luavalue.ArgString(L, 2, op)
	force := luavalue.Opts(L, 3, op, "force").Bool("force", false)
	pkg, err := sched.Await(L, -1, func(context.Context) (*program.Package, error) { return program.Load(path) }, nil)
	if err != nil {
		kind := luavalue.KindProgram
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			kind = luavalue.KindIO
		}
		raise(L, op, kind, "", "%s: %w", op, err)
	}
	up := pie.Upload{Bytes: pkg.Bytes, File: pkg.File, Force: force}
	if pkg.Manifest != nil {
		up.Manifest = pkg.Manifest.Text
	}
	L.Push(lua.LString(c.install(L, op, up).Ref))
	return 1
}

// install puts a program on the server; a first one may compile there for long.
func (c *client) install(L *lua.LState, op string, up pie.Upload) pie.Installed {
	work := func(ctx context.Context) (pie.Installed, error) { return c.inner.Install(ctx, up) }
	done, err := sched.Await(L, defaultLaunchTimeout, work, nil)
	if err != nil {
		fail(L, op, err)
	}
	c.inputs.learn(done, up.Manifest)
	return done
}
