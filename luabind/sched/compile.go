package sched

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

// longSource is from how many bytes on source is compiled on a goroutine of its own: the compiler, which cannot be
// interrupted, takes the square of some programs' size, and nothing else would be heard meanwhile.
const longSource = 64 << 10

// Compile turns Lua source into a function; chunk is what errors call the source. Every way of loading code goes
// through it, because it mends what gopher-lua's compiler would get wrong: see mend.go. Its errors are *luavalue.Error
// of kind script. In a task it may wait.
func (s *Scheduler) Compile(r io.Reader, chunk string) (*lua.LFunction, error) {
	code, err := io.ReadAll(r)
	if err != nil {
		return nil, compileFailure(chunk, 0, err.Error(), err)
	}
	if len(code) < longSource || s.cur == nil {
		return s.compiled(prototype(code, chunk))
	}
	t := s.cur
	a := &awaiting[*lua.FunctionProto]{t: t}
	s.apart(func() func() {
		proto, err := prototype(code, chunk)
		return func() { a.finish(proto, err) }
	}, func() {})
	t.WaitFor(t.thread().L, -1, func() bool { return a.done })
	return s.compiled(a.value, a.err)
}

// CompileUntil is Compile outside of tasks, and gives the cause of ctx as soon as that ends. What is compiled then goes
// on for nobody until it is done.
func (s *Scheduler) CompileUntil(ctx context.Context, code, chunk string) (*lua.LFunction, error) {
	if len(code) < longSource {
		return s.compiled(prototype([]byte(code), chunk))
	}
	type outcome struct {
		proto *lua.FunctionProto
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		proto, err := prototype([]byte(code), chunk)
		done <- outcome{proto, err}
	}()
	select {
	case o := <-done:
		return s.compiled(o.proto, o.err)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (s *Scheduler) compiled(proto *lua.FunctionProto, err error) (*lua.LFunction, error) {
	if err != nil {
		return nil, err
	}
	return s.l.NewFunctionFromProto(proto), nil
}

// prototype compiles. It touches no Lua state. Any goroutine.
func prototype(code []byte, chunk string) (proto *lua.FunctionProto, err error) {
	defer func() {
		if r := recover(); r != nil {
			proto, err = nil, compileFailure(chunk, 0, fmt.Sprintf("the compiler failed: %v", r), nil)
		}
	}()
	if words := notSource(code); words != "" {
		return nil, compileFailure(chunk, 0, words, nil)
	}
	stmts, err := parse.Parse(bytes.NewReader(code), chunk)
	if err != nil {
		return nil, syntaxError(chunk, string(code), err)
	}
	m := &mender{chunk: chunk}
	stmts = m.body(0, stmts)
	if m.err != nil {
		return nil, m.err
	}
	if proto, err = lua.Compile(stmts, chunk); err != nil {
		return nil, compileError(chunk, err)
	}
	mendLists(proto)
	mendGotos(proto)
	return proto, nil
}

// compileFailure is the error value of all of them; line 0 is none.
func compileFailure(chunk string, line int, message string, cause error) *luavalue.Error {
	e := luavalue.Errorf(luavalue.KindScript, "%s", strings.TrimSpace(message))
	e.Where, e.Cause = chunk, cause
	if line > 0 {
		e.Where = Place{chunk, line}.String()
	}
	return e
}
