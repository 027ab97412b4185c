package sched

import (
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// Reads tells whether a function, or one that is written inside it, reads one of the globals.
func Reads(fn *lua.LFunction, globals ...string) bool {
	return fn.Proto != nil && readsGlobal(fn.Proto, globals)
}

func readsGlobal(p *lua.FunctionProto, names []string) bool {
	for _, inst := range p.Code {
		if op, _, _, _ := parts(inst); op != lua.OP_GETGLOBAL {
			continue
		}
		if name, ok := p.Constants[wide(inst)].(lua.LString); ok && slices.Contains(names, string(name)) {
			return true
		}
	}
	return slices.ContainsFunc(p.FunctionPrototypes, func(inner *lua.FunctionProto) bool { return readsGlobal(inner, names) })
}

// ReadsArguments tells whether a chunk has a "..." of its own, not one of a function inside it.
func ReadsArguments(chunk *lua.LFunction) bool {
	return chunk.Proto != nil && slices.ContainsFunc(chunk.Proto.Code, func(inst uint32) bool {
		op, _, _, _ := parts(inst)
		return op == lua.OP_VARARG
	})
}
