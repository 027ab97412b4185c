package luabind

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

var errTooLong = errors.New("there is more than may be kept in memory: have it written to a file (session:download, vfolder.download), or allow more (max_body of backendai.client)")

// small is the size from which a file goes in pieces, or has to be cut to come back.
const small = 1<<20 - 1

// session:write(name, bytes) makes a file in the session.
func sessionWrite(L *lua.LState) int {
	const op = "session:write"
	s, name, data := openSession(L, op), luavalue.ArgString(L, 2, op), luavalue.ArgString(L, 3, op)
	sessionDo(L, op, s, func(ctx context.Context) error {
		return s.put(ctx, name, strings.NewReader(data), int64(len(data)), nil)
	})
	return 0
}

// put sends what is small at once, and what is not in pieces that a run in the session joins.
func (s *baiSession) put(ctx context.Context, name string, r io.Reader, size int64, tell func(int64)) error {
	if size > small {
		return s.client.inner.UploadLarge(ctx, s.id, name, r, tell)
	}
	data, err := io.ReadAll(io.LimitReader(r, small))
	if err != nil {
		return err
	}
	if err := s.client.inner.Upload(ctx, s.id, []backendai.File{{Name: name, Data: data}}); err != nil || tell == nil {
		return err
	}
	tell(size)
	return nil
}

// session:upload(file[, name[, {progress = fn(sent, size)}]]) sends a file from here, of any size.
func sessionUpload(L *lua.LState) int {
	const op = "session:upload"
	s, file := openSession(L, op), luavalue.ArgString(L, 2, op)
	name := L.OptString(3, file[strings.LastIndexByte(file, '/')+1:])
	progress := luavalue.Opts(L, 4, op, "progress").Function("progress")
	uploadFrom(L, s.client.rt, op, file, progress, func(ctx context.Context, f *os.File, size int64, tell func(int64)) error {
		return s.client.inner.Lost(ctx, s.id, s.put(ctx, name, f, size, tell))
	})
	return 0
}

// uploadFrom has send upload a file of this machine; progress, if any, is called with what is sent and the size.
func uploadFrom(L *lua.LState, rt *Runtime, op, file string, progress *lua.LFunction,
	send func(ctx context.Context, f *os.File, size int64, tell func(int64)) error,
) {
	total := int64(0)
	watched(L, rt, op, func(sent int64) {
		if progress != nil {
			call(L, progress, lua.LNumber(sent), lua.LNumber(total))
		}
	}, func(ctx context.Context, tell func(int64)) error {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		total = info.Size()
		return send(ctx, f, total, tell)
	})
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
	s, folder := openSession(L, op), L.OptString(2, ".")
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
