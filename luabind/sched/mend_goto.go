package sched

import (
	"regexp"
	"strconv"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// For a goto the compiler writes OP_CLOSE, then OP_JMP. The first has to name the locals that the jump leaves; where
// the jump leaves none that a closure has captured, it is left at zero, which closes all of them. So a goto whose
// target has locals around it is marked in its line number, and its zero is replaced after compiling. As a goto closes
// what a break forgets, a break in a loop with closures becomes a goto to a label behind the loop.

const (
	gotoMark  = 1 << 28 // added to the line of a marked goto
	closeNone = 0xff    // a register that no function has
	opShift   = 26      // of the operation in an instruction
	argAShift = 18      // of its first argument
)

// mendedFunction is what the mender knows of the function that it is in.
type mendedFunction struct {
	active int // locals in scope; only none and some have to be told apart
	blocks []mendedBlock
	loops  []string // the label behind each loop around, "" where a break stays one
}

type mendedBlock struct {
	before int             // locals in scope outside
	labels map[string]bool // whether locals are in scope at the label
}

// open enters a block: its labels are known from the beginning, as a goto may jump forwards.
func (f *mendedFunction) open(stmts []ast.Stmt) {
	b := mendedBlock{before: f.active}
	active := f.active
	for _, s := range stmts {
		switch n := s.(type) {
		case *ast.LocalAssignStmt:
			active += len(n.Names)
		case *ast.LabelStmt:
			if b.labels == nil {
				b.labels = map[string]bool{}
			}
			b.labels[n.Name] = active > 0
		}
	}
	f.blocks = append(f.blocks, b)
}

func (f *mendedFunction) close() {
	last := len(f.blocks) - 1
	f.active = f.blocks[last].before
	f.blocks = f.blocks[:last]
}

func (f *mendedFunction) declare(n int) { f.active += n }
func (f *mendedFunction) enter(n int)   { f.active += n }
func (f *mendedFunction) leave(n int)   { f.active -= n }

// markGoto marks a goto whose target has locals around it.
func (m *mender) markGoto(n *ast.GotoStmt) {
	for i := len(m.fn.blocks) - 1; i >= 0; i-- {
		if some, ok := m.fn.blocks[i].labels[n.Label]; ok {
			if some {
				n.SetLine(n.Line() | gotoMark)
			}
			return
		}
	}
}

// loopBody gives the body of a loop.
func loopBody(s ast.Stmt) ([]ast.Stmt, bool) {
	switch n := s.(type) {
	case *ast.WhileStmt:
		return n.Stmts, true
	case *ast.RepeatStmt:
		return n.Stmts, true
	case *ast.NumberForStmt:
		return n.Stmts, true
	case *ast.GenericForStmt:
		return n.Stmts, true
	}
	return nil, false
}

// enterLoop gives the name of the label to put behind a loop, "" where it needs none.
func (m *mender) enterLoop(body []ast.Stmt) (label string) {
	if capturesAny(body) {
		label = m.name("break")
		b := &m.fn.blocks[len(m.fn.blocks)-1]
		if b.labels == nil {
			b.labels = map[string]bool{}
		}
		b.labels[label] = m.fn.active > 0
	}
	m.fn.loops = append(m.fn.loops, label)
	return label
}

func (m *mender) leaveLoop() { m.fn.loops = m.fn.loops[:len(m.fn.loops)-1] }

// breakOut gives what to put in place of a break.
func (m *mender) breakOut(n *ast.BreakStmt) ast.Stmt {
	last := len(m.fn.loops) - 1
	if last < 0 || m.fn.loops[last] == "" {
		return n
	}
	jump := at(&ast.GotoStmt{Label: m.fn.loops[last]}, n)
	m.markGoto(jump)
	return jump
}

// capturesAny tells whether there is a function in the statements.
func capturesAny(stmts []ast.Stmt) bool {
	for _, s := range stmts {
		if captures(s) {
			return true
		}
	}
	return false
}

func captures(s ast.Stmt) bool {
	switch n := s.(type) {
	case *ast.FuncDefStmt:
		return true
	case *ast.GenericForStmt:
		return anyFunction(n.Exprs...) || capturesAny(n.Stmts)
	case *ast.NumberForStmt:
		return anyFunction(n.Init, n.Limit, n.Step) || capturesAny(n.Stmts)
	case *ast.IfStmt:
		return anyFunction(n.Condition) || capturesAny(n.Then) || capturesAny(n.Else)
	case *ast.DoBlockStmt:
		return capturesAny(n.Stmts)
	case *ast.WhileStmt:
		return anyFunction(n.Condition) || capturesAny(n.Stmts)
	case *ast.RepeatStmt:
		return anyFunction(n.Condition) || capturesAny(n.Stmts)
	case *ast.AssignStmt:
		return anyFunction(n.Lhs...) || anyFunction(n.Rhs...)
	case *ast.LocalAssignStmt:
		return anyFunction(n.Exprs...)
	case *ast.FuncCallStmt:
		return anyFunction(n.Expr)
	case *ast.ReturnStmt:
		return anyFunction(n.Exprs...)
	}
	return false
}

func anyFunction(list ...ast.Expr) bool {
	for _, e := range list {
		switch n := e.(type) {
		case *ast.FunctionExpr:
			return true
		case *ast.TableExpr:
			for _, f := range n.Fields {
				if anyFunction(f.Key, f.Value) {
					return true
				}
			}
		default:
			if anyFunction(children(e)...) {
				return true
			}
		}
	}
	return false
}

// mendGotos takes the marks out of the compiled code and keeps marked gotos from closing what they do not leave.
func mendGotos(proto *lua.FunctionProto) {
	for pc, line := range proto.DbgSourcePositions {
		if line&gotoMark == 0 {
			continue
		}
		proto.DbgSourcePositions[pc] = line &^ gotoMark
		inst := proto.Code[pc]
		if int(inst>>opShift) == lua.OP_CLOSE && inst>>argAShift&0xff == 0 {
			proto.Code[pc] = inst | closeNone<<argAShift
		}
	}
	for _, inner := range proto.FunctionPrototypes {
		mendGotos(inner)
	}
}

// unmarked takes the marks out of a compiler's message.
func unmarked(message string) string {
	return regexp.MustCompile(`\d+`).ReplaceAllStringFunc(message, func(digits string) string {
		if n, err := strconv.Atoi(digits); err == nil && n >= gotoMark {
			return strconv.Itoa(n &^ gotoMark)
		}
		return digits
	})
}
