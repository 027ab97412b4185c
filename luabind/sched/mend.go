package sched

import (
	"fmt"

	"github.com/yuin/gopher-lua/ast"
)

// gopher-lua's compiler gets some correct programs wrong. A mender rewrites the syntax tree so that it cannot:
//
//   - A generic for whose body begins with break or goto runs wild after the loop: its body gets a local to begin with.
//   - a, b = b, a gives both the same value, and x, t.k = f(), y puts the wrong one into x, because values are computed
//     right into the variables; a = (...) wipes out the locals after a. Such assignments go through locals of their
//     own (mend_assign.go).
//   - goto detaches closures from all locals of the function that they share, and break leaves captured locals of an
//     inner block attached to a register that is used again (mend_goto.go).
//   - Some table literals lose items or gain some: see compile_table.go. One of more than 25,550 items is cut off
//     silently: it is refused.
type mender struct {
	chunk string
	err   error
	fn    *mendedFunction
	names int // of locals and labels made up so far
	depth int // of what is being mended
}

// maxDepth is how deep blocks and expressions nest, a chain of operators counted by its length: the compiler goes down
// to the last, on a stack whose end would be the end of the process.
const maxDepth = 10_000

// within mends what is one level deeper, unless that is too deep.
func (m *mender) within(where ast.PositionHolder, mend func()) {
	if m.depth == maxDepth {
		if m.err == nil {
			m.err = compileFailure(m.chunk, where.Line(), fmt.Sprintf("blocks or expressions are nested more than %d deep, "+
				"or an expression has as many parts: compute it in steps, or read data from a file", maxDepth), nil)
		}
		return
	}
	m.depth++
	mend()
	m.depth--
}

// maxItems is how many positional items of a table literal the machine keeps.
const maxItems = 25550

// body mends the body of a function with so many parameters.
func (m *mender) body(params int, stmts []ast.Stmt) []ast.Stmt {
	outer := m.fn
	m.fn = &mendedFunction{active: params}
	defer func() { m.fn = outer }()
	return m.block(stmts)
}

// function mends a function; a method has self.
func (m *mender) function(n *ast.FunctionExpr, method bool) {
	params := len(n.ParList.Names)
	if n.ParList.HasVargs {
		params++ // the table arg
	}
	if method {
		params++
	}
	n.Stmts = m.body(params, n.Stmts)
}

// block mends a list of statements with a scope of its own.
func (m *mender) block(stmts []ast.Stmt) []ast.Stmt {
	m.fn.open(stmts)
	defer m.fn.close()
	return m.list(stmts)
}

func (m *mender) list(stmts []ast.Stmt) []ast.Stmt {
	out := make([]ast.Stmt, 0, len(stmts))
	for _, s := range stmts {
		body, loop := loopBody(s)
		if !loop {
			out = append(out, m.stmt(s))
			continue
		}
		label := m.enterLoop(body)
		out = append(out, m.stmt(s))
		m.leaveLoop()
		if label != "" {
			out = append(out, at(&ast.LabelStmt{Name: label}, s))
		}
	}
	return out
}

// stmt mends one statement; it gives what to put in its place.
func (m *mender) stmt(s ast.Stmt) (mended ast.Stmt) {
	m.within(s, func() { mended = m.deeper(s) })
	return mended
}

func (m *mender) deeper(s ast.Stmt) ast.Stmt {
	switch n := s.(type) {
	case *ast.GenericForStmt:
		m.exprs(n.Exprs)
		m.fn.enter(3 + len(n.Names))
		dummy := at(&ast.LocalAssignStmt{Names: []string{"(loop)"}}, n)
		n.Stmts = append([]ast.Stmt{dummy}, m.block(n.Stmts)...)
		m.fn.leave(3 + len(n.Names))
	case *ast.NumberForStmt:
		m.exprs([]ast.Expr{n.Init, n.Limit, n.Step})
		m.fn.enter(4)
		n.Stmts = m.block(n.Stmts)
		m.fn.leave(4)
	case *ast.IfStmt:
		m.expr(n.Condition)
		n.Then, n.Else = m.block(n.Then), m.block(n.Else)
	case *ast.DoBlockStmt:
		n.Stmts = m.block(n.Stmts)
	case *ast.WhileStmt:
		m.expr(n.Condition)
		n.Stmts = m.block(n.Stmts)
	case *ast.RepeatStmt:
		m.fn.open(n.Stmts)
		n.Stmts = m.list(n.Stmts)
		m.expr(n.Condition)
		m.fn.close()
	default:
		return m.simple(s)
	}
	return s
}

// simple mends the statements without a block of their own.
func (m *mender) simple(s ast.Stmt) ast.Stmt {
	switch n := s.(type) {
	case *ast.AssignStmt:
		m.exprs(n.Lhs)
		m.exprs(n.Rhs)
		if len(n.Lhs) > 1 || varargs(n.Rhs) {
			return m.assignment(n)
		}
	case *ast.LocalAssignStmt:
		m.exprs(n.Exprs)
		m.fn.declare(len(n.Names))
	case *ast.FuncCallStmt:
		m.expr(n.Expr)
	case *ast.FuncDefStmt:
		m.function(n.Func, n.Name.Method != "")
	case *ast.ReturnStmt:
		m.exprs(n.Exprs)
	case *ast.BreakStmt:
		return m.breakOut(n)
	case *ast.GotoStmt:
		m.markGoto(n)
	}
	return s
}

func (m *mender) exprs(list []ast.Expr) {
	for _, e := range list {
		m.expr(e)
	}
}

func (m *mender) expr(e ast.Expr) {
	switch n := e.(type) {
	case nil, *ast.IdentExpr, *ast.StringExpr, *ast.NumberExpr:
	case *ast.FunctionExpr:
		m.within(n, func() { m.function(n, false) })
	case *ast.TableExpr:
		m.within(n, func() { m.table(n) })
	default:
		m.within(n, func() { m.exprs(children(e)) })
	}
}

// children are the expressions that an expression is made of, except for functions and tables.
func children(e ast.Expr) []ast.Expr {
	switch n := e.(type) {
	case *ast.FuncCallExpr:
		return append([]ast.Expr{n.Func, n.Receiver}, n.Args...)
	case *ast.AttrGetExpr:
		return []ast.Expr{n.Object, n.Key}
	case *ast.LogicalOpExpr:
		return []ast.Expr{n.Lhs, n.Rhs}
	case *ast.RelationalOpExpr:
		return []ast.Expr{n.Lhs, n.Rhs}
	case *ast.StringConcatOpExpr:
		return []ast.Expr{n.Lhs, n.Rhs}
	case *ast.ArithmeticOpExpr:
		return []ast.Expr{n.Lhs, n.Rhs}
	case *ast.UnaryMinusOpExpr:
		return []ast.Expr{n.Expr}
	case *ast.UnaryNotOpExpr:
		return []ast.Expr{n.Expr}
	case *ast.UnaryLenOpExpr:
		return []ast.Expr{n.Expr}
	}
	return nil
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

// name makes up a name that no script can write.
func (m *mender) name(what string) string {
	m.names++
	return fmt.Sprintf("(%s %d)", what, m.names)
}

// at gives a made-up node the lines of another.
func at[T ast.PositionHolder](node T, like ast.PositionHolder) T {
	node.SetLine(like.Line())
	node.SetLastLine(like.LastLine())
	return node
}
