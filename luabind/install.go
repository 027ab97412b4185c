package luabind

import (
	"cmp"
	"context"
	"errors"
	"io/fs"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/program"
	lua "github.com/yuin/gopher-lua"
)

// client:install(path[, {force =, progress = fn(done, total)}]) installs a file, or a folder with a Pie.toml, and gives "name@version".
func clientInstall(L *lua.LState) int {
	const op = "client:install"
	c, path := connected(L, op), luavalue.ArgString(L, 2, op)
	o := luavalue.Opts(L, 3, op, "force", "progress")
	force, progress := o.Bool("force", false), o.Function("progress")
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
	L.Push(lua.LString(c.install(L, op, up, progress).Ref))
	return 1
}

// install puts a program on the server; a first one may compile there for long.
func (c *client) install(L *lua.LState, op string, up pie.Upload, progress *lua.LFunction) (done pie.Installed) {
	c.rt.newTransfer(cmp.Or(up.File, "program"), progress).run(L, op, func(ctx context.Context, told pie.Progress) (err error) {
		up.Progress = told
		done, err = c.inner.Install(ctx, up)
		return err
	})
	c.inputs.learn(done, up.Manifest)
	return done
}
