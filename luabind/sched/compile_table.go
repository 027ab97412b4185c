package sched

import (
	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// What gopher-lua 1.1.2 makes of table literals is wrong in three cases, which are mended here:
//
//   - { 1, x = f() }: a call or "..." in a named field that comes last is stored as an item as well;
//   - { fifty items, x = 1, … }: a named field after every fiftieth item writes over the items before it;
//   - { fifty items, f() }: results of a last call after every fiftieth item land on the items before it.

// mendFields takes care of the first two.
func mendFields(n *ast.TableExpr) {
	if len(n.Fields) == 0 {
		return
	}
	if last := n.Fields[len(n.Fields)-1]; last.Key != nil {
		adjust(last.Value)
	}
	items := 0
	for i := 0; i < len(n.Fields); i++ {
		if n.Fields[i].Key != nil {
			continue
		}
		if items++; items%lua.FieldsPerFlush == 0 {
			i = behindNamed(n.Fields, i)
		}
	}
}

// behindNamed moves the item at i behind the named fields that follow it and gives its new place.
func behindNamed(fields []*ast.Field, i int) int {
	for ; i+1 < len(fields) && fields[i+1].Key != nil; i++ {
		adjust(fields[i].Value) // it may come last now, and is one item all the same
		fields[i], fields[i+1] = fields[i+1], fields[i]
	}
	return i
}

// adjust cuts a call or "..." down to one value, as parentheses do.
func adjust(e ast.Expr) {
	switch n := e.(type) {
	case *ast.FuncCallExpr:
		n.AdjustRet = true
	case *ast.Comma3Expr:
		n.AdjustRet = true
	}
}

// mendLists takes care of the third in compiled code: a list store of open length (B is 0) that follows a full one
// of the same table belongs into the block after it.
func mendLists(p *lua.FunctionProto) {
	full := map[int]int{} // register of a table → block of its last full store
	for pc, inst := range p.Code {
		op, a, b, c := parts(inst)
		switch op {
		case lua.OP_NEWTABLE:
			delete(full, a)
		case lua.OP_SETLIST:
			if b == 0 && full[a] == c {
				p.Code[pc] = inst&0xfffc01ff | uint32(c+1)<<9
			}
			if full[a] = c; b != lua.FieldsPerFlush {
				delete(full, a)
			}
		}
	}
	for _, inner := range p.FunctionPrototypes {
		mendLists(inner)
	}
}
