package sched

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// Compile turns Lua source into a function; chunk is what errors call the source. Every way of loading code goes
// through it, because gopher-lua miscompiles two things that it mends or refuses: a generic for whose body begins with
// break or goto, and a table literal of more than 25,550 items. Its errors are *luavalue.Error of kind script.
func (s *Scheduler) Compile(r io.Reader, chunk string) (fn *lua.LFunction, err error) {
	defer func() {
		if r := recover(); r != nil {
			fn, err = nil, compileFailure(chunk, 0, fmt.Sprintf("the compiler failed: %v", r), nil)
		}
	}()
	stmts, err := parse.Parse(r, chunk)
	if err != nil {
		return nil, syntaxError(chunk, err)
	}
	m := &mender{chunk: chunk}
	m.block(stmts)
	if m.err != nil {
		return nil, m.err
	}
	proto, err := lua.Compile(stmts, chunk)
	if err != nil {
		return nil, compileError(chunk, err)
	}
	mendLists(proto)
	return s.l.NewFunctionFromProto(proto), nil
}

// syntaxError says where, in one line.
func syntaxError(chunk string, err error) error {
	e, ok := errors.AsType[*parse.Error](err)
	switch {
	case !ok:
		return compileFailure(chunk, 0, err.Error(), err)
	case e.Pos.Line == parse.EOF:
		return compileFailure(chunk, 0, e.Message+" at the end of the file: something is not closed", err)
	}
	return compileFailure(chunk, e.Pos.Line, fmt.Sprintf("%s near '%s'", e.Message, e.Token), err)
}

func compileError(chunk string, err error) error {
	if e, ok := errors.AsType[*lua.CompileError](err); ok {
		return compileFailure(chunk, e.Line, e.Message, err)
	}
	return compileFailure(chunk, 0, err.Error(), err)
}

// compileFailure is the error value of all of them; line 0 is none.
func compileFailure(chunk string, line int, message string, cause error) *luavalue.Error {
	e := luavalue.Errorf(luavalue.KindScript, "%s", strings.TrimSpace(message))
	e.Where, e.Cause = chunk, cause
	if line > 0 {
		e.Where = place{chunk, line}.String()
	}
	return e
}

// maxItems is how many positional items of a table literal the machine keeps.
const maxItems = 25550

// mender walks a syntax tree.
type mender struct {
	chunk string
	err   error
}

func (m *mender) block(stmts []ast.Stmt) {
	for _, s := range stmts {
		m.stmt(s)
	}
}

func (m *mender) stmt(s ast.Stmt) {
	switch n := s.(type) {
	case *ast.GenericForStmt:
		m.exprs(n.Exprs)
		m.block(n.Stmts)
		// With a local first, the jump that follows cannot be taken for a part of the loop's own.
		dummy := &ast.LocalAssignStmt{Names: []string{"(loop)"}}
		dummy.SetLine(n.Line())
		dummy.SetLastLine(n.Line())
		n.Stmts = append([]ast.Stmt{dummy}, n.Stmts...)
	case *ast.NumberForStmt:
		m.exprs([]ast.Expr{n.Init, n.Limit, n.Step})
		m.block(n.Stmts)
	case *ast.IfStmt:
		m.expr(n.Condition)
		m.block(n.Then)
		m.block(n.Else)
	case *ast.DoBlockStmt:
		m.block(n.Stmts)
	case *ast.WhileStmt:
		m.expr(n.Condition)
		m.block(n.Stmts)
	case *ast.RepeatStmt:
		m.expr(n.Condition)
		m.block(n.Stmts)
	default:
		m.simple(s)
	}
}

// simple walks the statements without a block of their own.
func (m *mender) simple(s ast.Stmt) {
	switch n := s.(type) {
	case *ast.AssignStmt:
		m.exprs(n.Lhs)
		m.exprs(n.Rhs)
	case *ast.LocalAssignStmt:
		m.exprs(n.Exprs)
	case *ast.FuncCallStmt:
		m.expr(n.Expr)
	case *ast.FuncDefStmt:
		m.expr(n.Func)
	case *ast.ReturnStmt:
		m.exprs(n.Exprs)
	}
}

func (m *mender) exprs(list []ast.Expr) {
	for _, e := range list {
		m.expr(e)
	}
}

func (m *mender) expr(e ast.Expr) {
	switch n := e.(type) {
	case *ast.FunctionExpr:
		if n != nil {
			m.block(n.Stmts)
		}
	case *ast.TableExpr:
		m.table(n)
	case *ast.FuncCallExpr:
		m.exprs([]ast.Expr{n.Func, n.Receiver})
		m.exprs(n.Args)
	case *ast.AttrGetExpr:
		m.exprs([]ast.Expr{n.Object, n.Key})
	case *ast.LogicalOpExpr:
		m.exprs([]ast.Expr{n.Lhs, n.Rhs})
	case *ast.RelationalOpExpr:
		m.exprs([]ast.Expr{n.Lhs, n.Rhs})
	case *ast.StringConcatOpExpr:
		m.exprs([]ast.Expr{n.Lhs, n.Rhs})
	case *ast.ArithmeticOpExpr:
		m.exprs([]ast.Expr{n.Lhs, n.Rhs})
	case *ast.UnaryMinusOpExpr:
		m.expr(n.Expr)
	case *ast.UnaryNotOpExpr:
		m.expr(n.Expr)
	case *ast.UnaryLenOpExpr:
		m.expr(n.Expr)
	}
}

func (m *mender) table(n *ast.TableExpr) {
	mendFields(n)
	items := 0
	for _, f := range n.Fields {
		if f.Key == nil {
			items++
		}
		m.exprs([]ast.Expr{f.Key, f.Value})
	}
	if items > maxItems && m.err == nil {
		message := fmt.Sprintf("a table literal may have at most %d items, not %d: read large data from a file", maxItems, items)
		m.err = compileFailure(m.chunk, n.Line(), message, nil)
	}
}
