package luabind

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

var errTooLong = errors.New("there is more than may be kept in memory: have it written to a file (session:download, vfolder.download), or allow more (max_body of backendai.client)")

// session:write(name, bytes) makes a file in the session.
func sessionWrite(L *lua.LState) int {
	const op = "session:write"
	s, name, data := openSession(L, op), luavalue.ArgString(L, 2, op), luavalue.ArgString(L, 3, op)
	sessionDo(L, op, s, func(ctx context.Context) error {
		return s.client.inner.Put(ctx, s.id, name, strings.NewReader(data), int64(len(data)))
	})
	return 0
}

// session:upload(file[, name[, {progress = fn(sent, size)}]]) sends a file from here, of any size.
func sessionUpload(L *lua.LState) int {
	const op = "session:upload"
	s, file := openSession(L, op), luavalue.ArgString(L, 2, op)
	name := luavalue.ArgText(L, 3, op, filepath.Base(file))
	upload(L, s.client.rt, op, name, luavalue.Opts(L, 4, op, "progress"), func(ctx context.Context, told backendai.Told) error {
		return s.client.inner.Lost(ctx, s.id, s.client.inner.UploadFile(ctx, s.id, name, file, told))
	})
	return 0
}

// upload has send upload a file of this machine, with a line on a terminal; the option progress hears of it, too.
func upload(L *lua.LState, rt *Runtime, op, label string, o luavalue.Options, send func(ctx context.Context, told backendai.Told) error) {
	t := rt.newTransfer(label, o.Function("progress"))
	if err := t.carry(L, func(ctx context.Context, told pie.Progress) error { return send(ctx, backendai.Told(told)) }); err != nil {
		baiFail(L, op, err)
	}
}

// session:read(name) gives the bytes of a file in the session.
func sessionRead(L *lua.LState) int {
	const op = "session:read"
	s, name := openSession(L, op), luavalue.ArgString(L, 2, op)
	return fetched(L, s.client, op, "", func(ctx context.Context, w writer) (int64, error) { return s.take(ctx, name, w) })
}

// session:download(name, file) writes a file of the session to one here, and gives its size.
func sessionDownload(L *lua.LState) int {
	const op = "session:download"
	s, name, file := openSession(L, op), luavalue.ArgString(L, 2, op), luavalue.ArgString(L, 3, op)
	return fetched(L, s.client, op, file, func(ctx context.Context, w writer) (int64, error) { return s.take(ctx, name, w) })
}

// take fetches a file at once, or in pieces where managers refuse that.
func (s *baiSession) take(ctx context.Context, name string, w writer) (int64, error) {
	n, err := s.client.inner.DownloadOne(ctx, s.id, name, w)
	if e := (*backendai.Error)(nil); n == 0 && errors.As(err, &e) && e.Agent != nil && strings.Contains(e.Agent.Exception, "too large") {
		return s.client.inner.DownloadLarge(ctx, s.id, name, w)
	}
	return n, s.client.inner.Lost(ctx, s.id, err)
}

// session:files([folder]) lists a folder: {name, size, mode, dir, modified}.
func sessionFiles(L *lua.LState) int {
	const op = "session:files"
	s, folder := openSession(L, op), luavalue.ArgText(L, 2, op, ".")
	list := sessionAsk(L, op, s, func(ctx context.Context) ([]backendai.Entry, error) {
		return s.client.inner.ListFiles(ctx, s.id, folder)
	})
	out := L.CreateTable(len(list), 0)
	for _, e := range list {
		t := L.CreateTable(0, 5)
		t.RawSetString("name", lua.LString(e.Name))
		t.RawSetString("mode", lua.LString(e.Mode))
		t.RawSetString("size", lua.LNumber(e.Size))
		t.RawSetString("dir", lua.LBool(e.Dir()))
		t.RawSetString("modified", lua.LNumber(e.Modified))
		out.Append(t)
	}
	L.Push(out)
	return 1
}

// session:apps() lists the services: {name, protocol, ports}.
func sessionApps(L *lua.LState) int {
	s := openSession(L, "session:apps")
	return pushGo(L, sessionAsk(L, "session:apps", s, func(ctx context.Context) ([]backendai.Port, error) { return s.client.inner.Apps(ctx, s.id) }))
}
