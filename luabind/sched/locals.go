package sched

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// local is the name of the local variable that a register is at an instruction, "" for none or when that is not
// certain. The machine's own look-up cannot be used: its compiler notes the ends of scopes under the wrong variables.
// What it notes right is where each variable begins, and the instruction before that wrote it.
func (s site) local(reg, pc int) string {
	if p := s.fn.Proto; reg < int(p.NumParameters) && reg < len(p.DbgLocals) {
		return p.DbgLocals[reg].Name
	}
	if name := s.loopVariable(reg, pc); name != "" {
		return name
	}
	if at := s.lastSetter(reg, pc); at >= 0 {
		return s.declared(reg, at, pc)
	}
	return ""
}

// declared is the variable whose declaration ends with what the instruction wrote into the register, and which has begun
// at pc.
func (s site) declared(reg, at, pc int) string {
	names, begin := s.begun(at + 1)
	if len(names) == 0 || begin > pc {
		return ""
	}
	code := s.fn.Proto.Code
	top, ok := highest(code[begin-1])
	if op, a, _, _ := parts(code[min(begin, len(code)-1)]); op == lua.OP_CLOSURE && a == top+1 {
		names = names[:len(names)-1] // a local function begins before its closure is there
	}
	if first := top - len(names) + 1; ok && reg >= first && reg <= top {
		return names[reg-first]
	}
	return ""
}

// begun are the variables that begin at the first instruction from pc on at which any does, up to those that a loop
// has for itself.
func (s site) begun(pc int) (names []string, begin int) {
	for _, v := range s.fn.Proto.DbgLocals {
		if v.StartPc < pc {
			continue
		}
		if names != nil && v.StartPc > begin || strings.HasPrefix(v.Name, "(") {
			break
		}
		names, begin = append(names, v.Name), v.StartPc
	}
	return names, begin
}

// loopVariable is the variable of the innermost generic for around the instruction that a register is.
func (s site) loopVariable(reg, pc int) string {
	code := s.fn.Proto.Code
	for at := pc; at < len(code)-1; at++ {
		op, a, _, n := parts(code[at])
		body, back := target(code[at+1], at+1)
		if op != lua.OP_TFORLOOP || !back || body > pc || reg < a+3 {
			continue
		}
		if names, begin := s.begun(body); begin == body && reg < a+3+n && reg-a-3 < len(names) {
			return names[reg-a-3]
		}
		return ""
	}
	return ""
}

// highest is the highest register that an instruction of a declaration writes.
func highest(inst uint32) (reg int, ok bool) {
	op, a, b, c := parts(inst)
	switch op {
	case lua.OP_LOADNIL:
		return b, true
	case lua.OP_CALL:
		return a + c - 2, true
	case lua.OP_VARARG:
		return a + b - 2, true
	case lua.OP_SETTABLE, lua.OP_SETTABLEKS, lua.OP_SETLIST: // the end of a table's items
		return a, true
	}
	return a, sets(inst, a)
}
