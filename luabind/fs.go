package luabind

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// maxFile is the longest file that is read into one string.
const maxFile = 1 << 30

// openFS makes the module fs. All calls but here reach the disk beside the scheduler: only their task waits.
func openFS(rt *Runtime) lua.LValue {
	return rt.L.SetFuncs(rt.L.CreateTable(0, 8), map[string]lua.LGFunction{
		"read": fsRead, "write": fsWrite, "append": fsAppend, "exists": fsExists,
		"list": fsList, "remove": fsRemove, "mkdir": fsMkdir, "here": rt.fsHere,
	})
}

// onDisk runs work beside the scheduler and raises its error as io.
func onDisk[T any](L *lua.LState, op string, work func() (T, error)) T {
	v, err := sched.Await(L, -1, func(context.Context) (T, error) { return work() }, nil)
	if err != nil {
		raiseOp(L, op, ioError(err))
	}
	return v
}

// ioError makes an error of kind io of a failed file operation; other structured errors stay.
func ioError(err error) error {
	if _, ok := errors.AsType[*luavalue.Error](err); ok {
		return err
	}
	e := luavalue.Errorf(luavalue.KindIO, "%w", err)
	if path, ok := errors.AsType[*fs.PathError](err); ok && errors.Is(err, fs.ErrNotExist) {
		e.Hint = missingHint(path.Path)
	}
	return e
}

// missingHint says what may help where there is nothing at path.
func missingHint(path string) string {
	var hints []string
	if folder := filepath.Dir(path); !isFolder(folder) {
		hints = append(hints, "there is no folder "+folder+"; fs.mkdir makes one")
	}
	if !filepath.IsAbs(path) {
		hints = append(hints, "the path is relative to the current folder; fs.here(...) is relative to the script")
	}
	return strings.Join(hints, "; ")
}

// fs.read(path) gives the whole file.
func fsRead(L *lua.LState) int {
	path := luavalue.ArgString(L, 1, "fs.read")
	L.Push(lua.LString(onDisk(L, "fs.read", func() (string, error) { return readFile(path) })))
	return 1
}

func readFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = &fs.PathError{Op: "read", Path: path, Err: errors.New("longer than 1 GiB")}
	}
	return string(b), err
}

// fs.write(path, data) replaces the file as a whole: it is the old one or the new one, never half.
func fsWrite(L *lua.LState) int {
	path, data := luavalue.ArgString(L, 1, "fs.write"), luavalue.ArgString(L, 2, "fs.write")
	onDisk(L, "fs.write", func() (struct{}, error) { return struct{}{}, writeAtomic(path, []byte(data)) })
	return 0
}

// writeAtomic writes a new file beside path and renames it over path. What is no regular file (a pipe, a terminal)
// is written to as it is.
func writeAtomic(path string, data []byte) error {
	mode := fs.FileMode(0o644)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			return os.WriteFile(path, data, 0)
		}
		mode = info.Mode().Perm()
	}
	return replaceFile(path, data, mode)
}

func replaceFile(path string, data []byte, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return underName(path, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // what failed is told; the rest of it is only litter
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return underName(path, err)
}

// underName tells an error about a temporary file under the name that the script knows.
func underName(path string, err error) error {
	if below, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: "write", Path: path, Err: below.Err}
	}
	if below, ok := errors.AsType[*os.LinkError](err); ok {
		return &fs.PathError{Op: "write", Path: path, Err: below.Err}
	}
	return err
}

// fs.append(path, data) adds to the end of the file and makes it if there is none.
func fsAppend(L *lua.LState) int {
	path, data := luavalue.ArgString(L, 1, "fs.append"), luavalue.ArgString(L, 2, "fs.append")
	onDisk(L, "fs.append", func() (struct{}, error) { return struct{}{}, appendFile(path, data) })
	return 0
}

func appendFile(path, data string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(data)
	return errors.Join(err, f.Close())
}

// fs.exists(path) tells whether there is a file or a folder.
func fsExists(L *lua.LState) int {
	path := luavalue.ArgString(L, 1, "fs.exists")
	L.Push(lua.LBool(onDisk(L, "fs.exists", func() (bool, error) {
		_, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			return false, nil
		}
		return err == nil, err
	})))
	return 1
}

// fs.list(path) gives the names in a folder, sorted.
func fsList(L *lua.LState) int {
	path := luavalue.ArgString(L, 1, "fs.list")
	entries := onDisk(L, "fs.list", func() ([]fs.DirEntry, error) { return os.ReadDir(path) })
	list := L.CreateTable(len(entries), 0)
	for _, entry := range entries {
		list.Append(lua.LString(entry.Name()))
	}
	L.Push(luavalue.Array(L, list))
	return 1
}

// fs.remove(path) removes a file or an empty folder.
func fsRemove(L *lua.LState) int {
	path := luavalue.ArgString(L, 1, "fs.remove")
	onDisk(L, "fs.remove", func() (struct{}, error) { return struct{}{}, os.Remove(path) })
	return 0
}

// fs.mkdir(path) makes a folder and those above it; one that is there is fine.
func fsMkdir(L *lua.LState) int {
	path := luavalue.ArgString(L, 1, "fs.mkdir")
	onDisk(L, "fs.mkdir", func() (struct{}, error) { return struct{}{}, os.MkdirAll(path, 0o755) })
	return 0
}

// fs.here(...) gives the path of something beside the script.
func (rt *Runtime) fsHere(L *lua.LState) int {
	parts := []string{rt.dir}
	for i := 1; i <= L.GetTop(); i++ {
		parts = append(parts, luavalue.ArgString(L, i, "fs.here"))
	}
	L.Push(lua.LString(filepath.Join(parts...)))
	return 1
}
