package sched

import (
	"reflect"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// site is the instruction of a Lua function that has just failed. It knows the names behind the registers, which the
// machine's own messages leave out.
type site struct {
	L    *lua.LState
	fn   *lua.LFunction
	pc   int // of the instruction
	base int // the register of the machine that is register 0 here
}

//go:linkname registerValue github.com/yuin/gopher-lua.(*registry).Get
func registerValue(registers unsafe.Pointer, at int) lua.LValue

// siteOf is the instruction at which the caller of the running Go function stands; false when that caller is no Lua
// function, or when this machine keeps its frames in another way.
func siteOf(L *lua.LState) (site, bool) {
	dbg, ok := L.GetStack(1)
	if !ok {
		return site{}, false
	}
	v, err := L.GetInfo("f", dbg, lua.LNil)
	fn, isFn := v.(*lua.LFunction)
	frame := reflect.ValueOf(dbg).Elem().FieldByName("frame")
	if err != nil || !isFn || fn.IsG || !frame.IsValid() || frame.IsNil() {
		return site{}, false
	}
	pc, base := frame.Elem().FieldByName("Pc"), frame.Elem().FieldByName("LocalBase")
	if !pc.IsValid() || !base.IsValid() || pc.Int() < 1 || int(pc.Int()) > len(fn.Proto.Code) {
		return site{}, false
	}
	return site{L: L, fn: fn, pc: int(pc.Int()) - 1, base: int(base.Int())}, true
}

// instruction is the one that failed, taken apart.
func (s site) instruction() (op, a, b, c int) { return parts(s.fn.Proto.Code[s.pc]) }

func parts(inst uint32) (op, a, b, c int) {
	return int(inst >> 26), int(inst>>18) & 0xff, int(inst & 0x1ff), int(inst>>9) & 0x1ff
}

// wide is the operand of an instruction that has only one beside the register: a constant, or a distance.
func wide(inst uint32) int { return int(inst & 0x3ffff) }

// value is what a register holds now.
func (s site) value(reg int) lua.LValue {
	registers := reflect.ValueOf(s.L).Elem().FieldByName("reg")
	if !registers.IsValid() || registers.Kind() != reflect.Pointer {
		return lua.LNil
	}
	return registerValue(registers.UnsafePointer(), s.base+reg)
}

// origin is where a value came from, as the script writes it.
type origin struct {
	path string     // "pie.launch", "inst:send", "count"; "" when it has no name
	last string     // the last name of path
	in   lua.LValue // the table that the last name was looked up in; nil: a local
}

// register is the origin of what a register held at an instruction.
func (s site) register(reg, pc int) origin {
	if name := s.local(reg, pc); name != "" {
		return origin{path: name, last: name}
	}
	at := s.setter(reg, pc)
	if at < 0 {
		return origin{}
	}
	op, a, b, c := parts(s.fn.Proto.Code[at])
	switch op {
	case lua.OP_MOVE, lua.OP_MOVEN:
		return s.register(b, at)
	case lua.OP_GETUPVAL:
		name, _ := s.L.GetUpvalue(s.fn, b+1)
		return origin{path: name, last: name}
	case lua.OP_GETGLOBAL:
		name := s.constant(wide(s.fn.Proto.Code[at]))
		return origin{path: name, last: name, in: s.fn.Env}
	case lua.OP_GETTABLE, lua.OP_GETTABLEKS:
		return s.field(b, c, ".", at)
	case lua.OP_SELF:
		return s.field(b, c, ":", at)
	case lua.OP_CALL:
		return s.result(a, reg, at)
	}
	return origin{}
}

// result is the origin of the first result of a call.
func (s site) result(fn, reg, at int) origin {
	if of := s.register(fn, at); reg == fn && of.path != "" {
		return origin{path: of.path + "(…)"}
	}
	return origin{}
}

// field is the origin of a field whose name is a constant.
func (s site) field(table, key int, dot string, at int) origin {
	name, of := s.key(key, at), s.register(table, at)
	if name == "" || of.path == "" {
		return origin{}
	}
	return origin{path: of.path + dot + name, last: name, in: s.held(of, table, at)}
}

// key is the constant text that an operand holds at an instruction, "" for anything else. In the head of a generic for
// the compiler puts constants into registers first.
func (s site) key(operand, at int) string {
	if operand >= constants {
		return s.constant(operand - constants)
	}
	if loaded := s.setter(operand, at); loaded >= 0 && s.local(operand, at) == "" {
		inst := s.fn.Proto.Code[loaded]
		if op, _, _, _ := parts(inst); op == lua.OP_LOADK {
			return s.constant(wide(inst))
		}
	}
	return ""
}

// constants is from where on an operand means a constant, not a register.
const constants = 0x100

// constant is a text of the function, "" for any other constant.
func (s site) constant(at int) string {
	if at >= len(s.fn.Proto.Constants) {
		return ""
	}
	text, _ := s.fn.Proto.Constants[at].(lua.LString)
	return string(text)
}

// held is the value of the origin of a register at an instruction, looked up again without running anything; nil when
// that cannot be done.
func (s site) held(of origin, reg, pc int) lua.LValue {
	if of.in != nil {
		return rawField(s.L, of.in, of.last)
	}
	if s.local(reg, pc) != "" {
		return s.value(reg)
	}
	at := s.setter(reg, pc)
	if at < 0 {
		return nil
	}
	op, _, b, _ := parts(s.fn.Proto.Code[at])
	switch op {
	case lua.OP_GETUPVAL:
		_, v := s.L.GetUpvalue(s.fn, b+1)
		return v
	case lua.OP_MOVE, lua.OP_MOVEN:
		return s.held(of, b, at)
	}
	return nil
}

// setter is the instruction before pc that gave a register its value, -1 when several may have.
func (s site) setter(reg, pc int) int {
	found := s.lastSetter(reg, pc)
	for at, inst := range s.fn.Proto.Code {
		if to, jumps := target(inst, at); jumps && found < to && to <= pc && (at < found || at >= pc) {
			return -1
		}
	}
	return found
}

// lastSetter is the last instruction before pc, in the order of the text, that writes a register; -1 for none.
func (s site) lastSetter(reg, pc int) int {
	for at := pc - 1; at >= 0; at-- {
		if sets(s.fn.Proto.Code[at], reg) {
			return at
		}
	}
	return -1
}

// sets tells whether an instruction writes a register.
func sets(inst uint32, reg int) bool {
	op, a, b, c := parts(inst)
	switch op {
	case lua.OP_SETGLOBAL, lua.OP_SETUPVAL, lua.OP_SETTABLE, lua.OP_SETTABLEKS, lua.OP_JMP, lua.OP_EQ, lua.OP_LT, lua.OP_LE,
		lua.OP_TEST, lua.OP_RETURN, lua.OP_SETLIST, lua.OP_CLOSE, lua.OP_NOP, lua.OP_TAILCALL:
		return false
	case lua.OP_LOADNIL:
		return a <= reg && reg <= b
	case lua.OP_SELF:
		return reg == a || reg == a+1
	case lua.OP_CALL, lua.OP_VARARG:
		return reg >= a
	case lua.OP_FORLOOP, lua.OP_FORPREP:
		return a <= reg && reg <= a+3
	case lua.OP_TFORLOOP:
		return a+2 <= reg && reg <= a+2+c
	}
	return reg == a
}

// target is where an instruction may jump.
func target(inst uint32, at int) (to int, jumps bool) {
	op, _, _, c := parts(inst)
	switch op {
	case lua.OP_JMP, lua.OP_FORLOOP, lua.OP_FORPREP:
		return at + 1 + wide(inst) - 0x3ffff>>1, true
	case lua.OP_EQ, lua.OP_LT, lua.OP_LE, lua.OP_TEST, lua.OP_TESTSET, lua.OP_TFORLOOP:
		return at + 2, true
	case lua.OP_LOADBOOL:
		return at + 2, c != 0
	}
	return 0, false
}
