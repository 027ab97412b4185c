package luabind

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

type writer = io.Writer

// call calls a function of the script, in this task.
func call(L *lua.LState, fn *lua.LFunction, args ...lua.LValue) {
	L.Push(fn)
	for _, a := range args {
		L.Push(a)
	}
	L.Call(len(args), 0)
}

// fetched gives the bytes that work writes, or writes them to a file here and gives their number. What failed in the
// middle leaves no file.
func fetched(L *lua.LState, c *baiClient, op, file string, work func(ctx context.Context, w writer) (int64, error)) int {
	if file == "" {
		L.Push(lua.LString(baiAsk(L, op, func(ctx context.Context) (string, error) {
			b := &bounded{left: c.inner.Config().MaxBody}
			_, err := work(ctx, b)
			return b.String(), err
		})))
		return 1
	}
	L.Push(lua.LNumber(baiAsk(L, op, func(ctx context.Context) (int64, error) { return toFile(ctx, file, work) })))
	return 1
}

// bounded is a text of at most so many bytes.
type bounded struct {
	strings.Builder
	left int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errTooLong
	}
	return b.Builder.Write(p)
}

// toFile has work write a file, which stands under its name when it is whole. What is no regular file, such as a device, is
// written to, never replaced.
func toFile(ctx context.Context, file string, work func(ctx context.Context, w writer) (int64, error)) (int64, error) {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return into(ctx, file, work)
	}
	part := file + ".part"
	n, err := into(ctx, part, work)
	if err != nil {
		_ = os.Remove(part) // what failed is told; the rest of it is only litter
		return 0, err
	}
	return n, os.Rename(part, file)
}

func into(ctx context.Context, file string, work func(ctx context.Context, w writer) (int64, error)) (int64, error) {
	f, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	n, err := work(ctx, f)
	return n, errors.Join(err, f.Close())
}
