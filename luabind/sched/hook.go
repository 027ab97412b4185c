package sched

import (
	"sync"
	"sync/atomic"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// The hook makes loops and calls of a Lua function look up: gopher-lua has no debug hooks, but each instruction goes
// through a handler in one table of the package. The handlers of jumps, loops and calls are wrapped by an atomic
// load; that of concatenation checks, and that of value:method() takes a shorter way. The table is shared by every Lua
// state of the process, so what is wrapped around it is too: this file holds the only package state of the project.

// handler is one entry of the instruction table; the last argument is an unexported frame.
type handler = func(L *lua.LState, inst uint32, base unsafe.Pointer) int

//go:linkname jumpTable github.com/yuin/gopher-lua.jumpTable
var jumpTable [lua.OP_NOP + 1]handler

var (
	raised  atomic.Int32 // how many schedulers want their running task to look up
	install sync.Once
)

// installHook wraps the instruction table, once per process. Call it before any task runs Lua.
func installHook() {
	install.Do(func() {
		for _, op := range []int{lua.OP_JMP, lua.OP_FORLOOP, lua.OP_TFORLOOP, lua.OP_CALL, lua.OP_TAILCALL} {
			next := jumpTable[op]
			jumpTable[op] = func(L *lua.LState, inst uint32, base unsafe.Pointer) int {
				if raised.Load() != 0 {
					lookUp(L)
				}
				return next(L, inst, base)
			}
		}
		concat := jumpTable[lua.OP_CONCAT]
		jumpTable[lua.OP_CONCAT] = func(L *lua.LState, inst uint32, base unsafe.Pointer) int {
			checkConcat(L, int(inst&0x1ff), int(inst>>9)&0x1ff)
			return concat(L, inst, base)
		}
		self := jumpTable[lua.OP_SELF]
		jumpTable[lua.OP_SELF] = func(L *lua.LState, inst uint32, base unsafe.Pointer) int {
			if callMethod(L, inst) {
				return 0
			}
			return self(L, inst, base)
		}
	})
}

// checkConcat turns the numbers among the operands of a concatenation, registers from to last, into the text that
// tostring gives them, where the machine would write another, and refuses a result that is longer than any string may
// be: s = s .. s in a loop would take all memory before anybody can stop it.
func checkConcat(L *lua.LState, from, last int) {
	length := 0
	for i := from; i <= last; i++ {
		switch v := L.Get(i + 1).(type) {
		case lua.LString:
			length += len(v)
		case lua.LNumber:
			if !plainNumber(float64(v)) {
				L.Replace(i+1, lua.LString(numberText(float64(v))))
			}
		}
	}
	tooLong(L, "the operator ..", float64(length))
}

// lookUp is the slow path: it lets the scheduler of L take the task off the processor, or raise its cancellation.
func lookUp(L *lua.LState) {
	if s := From(L); s != nil && (s.hooked || s.cur == nil) {
		s.look(L)
	}
}

// raise asks the running task to look up at its next loop or call. Any goroutine.
func (s *Scheduler) raise() {
	if s.flag.CompareAndSwap(false, true) {
		raised.Add(1)
	}
}

// lower takes the request back; it tells whether there was one.
func (s *Scheduler) lower() bool {
	if s.flag.Load() && s.flag.CompareAndSwap(true, false) {
		raised.Add(-1)
		return true
	}
	return false
}

// look answers a raised flag inside the machine: the running task is cancelled, or waits among the hogs until others
// have had their turn.
func (s *Scheduler) look(L *lua.LState) {
	t := s.cur
	if t == nil {
		s.probed = true
		return
	}
	if !s.lower() {
		return
	}
	t.Check(L)
	s.preemptions++
	s.hogs = append(s.hogs, t)
	t.park(L, preempted)
	t.Check(L)
}
