package sched

import (
	"github.com/yuin/gopher-lua/ast"
)

// assignment rewrites
//
//	a, t[i] = x, y      as      do local o, k = t, i  local v, w = x, y  o[k] = w  a = v end
//
// so that everything is computed before anything is assigned.
func (m *mender) assignment(n *ast.AssignStmt) ast.Stmt {
	block := at(&ast.DoBlockStmt{}, n)
	targets := make([]ast.Expr, len(n.Lhs))
	for i, lhs := range n.Lhs {
		targets[i] = m.target(block, lhs)
	}
	values := at(&ast.LocalAssignStmt{Exprs: n.Rhs}, n)
	for range targets {
		values.Names = append(values.Names, m.name("value"))
	}
	block.Stmts = append(block.Stmts, values)
	for i := len(targets) - 1; i >= 0; i-- {
		value := ident(values.Names[i], n)
		block.Stmts = append(block.Stmts, at(&ast.AssignStmt{Lhs: targets[i : i+1], Rhs: []ast.Expr{value}}, n))
	}
	return block
}

// target gives what is assigned to, with its table and key in locals of the block.
func (m *mender) target(block *ast.DoBlockStmt, lhs ast.Expr) ast.Expr {
	attr, ok := lhs.(*ast.AttrGetExpr)
	if !ok {
		return lhs
	}
	object, key := m.fix(block, attr.Object), m.fix(block, attr.Key)
	return at(&ast.AttrGetExpr{Object: object, Key: key}, attr)
}

// fix puts the value of an expression into a local of the block, unless it is a constant.
func (m *mender) fix(block *ast.DoBlockStmt, e ast.Expr) ast.Expr {
	switch e.(type) {
	case *ast.StringExpr, *ast.NumberExpr:
		return e
	}
	name := m.name("target")
	block.Stmts = append(block.Stmts, at(&ast.LocalAssignStmt{Names: []string{name}, Exprs: []ast.Expr{e}}, e))
	return ident(name, e)
}

func ident(name string, like ast.PositionHolder) *ast.IdentExpr {
	return at(&ast.IdentExpr{Value: name}, like)
}

// varargs tells whether "..." is assigned as it is.
func varargs(list []ast.Expr) bool {
	for _, e := range list {
		if _, ok := e.(*ast.Comma3Expr); ok {
			return true
		}
	}
	return false
}
