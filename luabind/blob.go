package luabind

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// openBlobType makes the metatable of files that programs have sent.
func (rt *Runtime) openBlobType() {
	methods := map[string]lua.LGFunction{"bytes": blobBytes, "save": blobSave}
	mt := rt.openType(blobMeta, methods, func(L *lua.LState) int {
		L.Push(lua.LString(blobText(self[*pie.Blob](L, "blob:tostring"))))
		return 1
	})
	rt.addFields(mt, func(L *lua.LState, name string) lua.LValue {
		return blobField(self[*pie.Blob](L, "blob:index"), name)
	})
}

// blobText is a file in a print: its name, else the beginning of its hash, and its size.
func blobText(b *pie.Blob) string {
	name := b.Name
	if name == "" {
		name = b.Hash[:min(12, len(b.Hash))]
	}
	return fmt.Sprintf("file %s, %d bytes", name, b.Size)
}

func blobField(b *pie.Blob, name string) lua.LValue {
	text := ""
	switch name {
	case "name":
		text = b.Name
	case "hash":
		text = b.Hash
	case "path":
		text = b.Path()
	case "size":
		return lua.LNumber(b.Size)
	}
	if text == "" {
		return lua.LNil
	}
	return lua.LString(text)
}

func (rt *Runtime) blobValue(b *pie.Blob) lua.LValue { return rt.newUserData(blobMeta, b) }

// blob:bytes() gives the file's content.
func blobBytes(L *lua.LState) int {
	b := self[*pie.Blob](L, "blob:bytes")
	L.Push(lua.LString(blobWork(L, "blob:bytes", b.Bytes)))
	return 1
}

// blob:save(path_or_dir) writes the file and gives its path; in a folder nothing is overwritten.
func blobSave(L *lua.LState) int {
	b, to := self[*pie.Blob](L, "blob:save"), luavalue.ArgString(L, 2, "blob:save")
	L.Push(lua.LString(blobWork(L, "blob:save", func() (string, error) { return saveBlob(b, to) })))
	return 1
}

// saveBlob names the folder that is missing, where the client would name a file of its own in it.
func saveBlob(b *pie.Blob, to string) (string, error) {
	path, err := b.Save(to)
	if folder := filepath.Dir(to); errors.Is(err, fs.ErrNotExist) && !isFolder(folder) {
		return "", luavalue.Errorf(luavalue.KindIO, "there is no folder %s to save the file in", folder).WithHint("fs.mkdir makes it")
	}
	return path, err
}

// blobWork does what touches the disk off the scheduler.
func blobWork[T any](L *lua.LState, op string, work func() (T, error)) T {
	v, err := sched.Await(L, -1, func(context.Context) (T, error) { return work() }, nil)
	if err != nil {
		fail(L, op, err)
	}
	return v
}
