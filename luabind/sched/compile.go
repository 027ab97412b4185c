package sched

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

// Compile turns Lua source into a function; chunk is what errors call the source. Every way of loading code goes
// through it, because it mends what gopher-lua's compiler would get wrong: see mend.go. Its errors are *luavalue.Error
// of kind script.
func (s *Scheduler) Compile(r io.Reader, chunk string) (fn *lua.LFunction, err error) {
	defer func() {
		if r := recover(); r != nil {
			fn, err = nil, compileFailure(chunk, 0, fmt.Sprintf("the compiler failed: %v", r), nil)
		}
	}()
	code, err := io.ReadAll(r)
	if err != nil {
		return nil, compileFailure(chunk, 0, err.Error(), err)
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
	proto, err := lua.Compile(stmts, chunk)
	if err != nil {
		return nil, compileError(chunk, err)
	}
	mendLists(proto)
	mendGotos(proto)
	return s.l.NewFunctionFromProto(proto), nil
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
