package sched

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// The machine's words for what a newcomer gets wrong most often. They do not say what it was about.
const (
	notCallable  = ": attempt to call a non-function object"
	notIndexable = ": attempt to index a non-table object("
	notOperable  = ": cannot perform "
	notOrdered   = ": attempt to compare "
	noLength     = ": __len undefined"
	noNegative   = ": __unm undefined"
)

// named adds to a message of the machine the name of what it is about, and the nearest right one; any other text stays
// as it is. It runs in the handler of the protected call, with all frames in place.
func named(L *lua.LState, text string) string {
	for _, words := range [...]string{notCallable, notIndexable, notOperable, notOrdered, noLength, noNegative} {
		if before, after, found := strings.Cut(text, words); found {
			if s, ok := siteOf(L); ok {
				return s.reworded(text, words, before, after)
			}
			return text
		}
	}
	return text
}

// reworded is the machine's text, which is before, words and after, with names.
func (s site) reworded(text, words, before, after string) string {
	op, _, b, c := s.instruction()
	switch words {
	case notCallable:
		return before + ": attempt to call " + s.called()
	case notIndexable:
		return s.indexed(text, before, after)
	case noLength:
		return before + ": attempt to get the length of " + s.whatIs(b)
	case noNegative:
		return before + ": attempt to negate " + s.whatIs(b)
	}
	if op == lua.OP_CONCAT {
		return text + s.wrong(b, c)
	}
	return text + s.operand(op, b, c)
}

// whatIs is the value of a register by name and kind.
func (s site) whatIs(reg int) string {
	v, of := s.value(reg), s.register(reg, s.pc)
	if of.path == "" {
		return nameless(v)
	}
	return of.path + ", which is " + kindOf(v) + s.meant(of, v)
}

// called says what could not be called.
func (s site) called() string {
	op, a, _, _ := s.instruction()
	switch op {
	case lua.OP_CALL, lua.OP_TAILCALL:
		return s.whatIs(a)
	case lua.OP_TFORLOOP:
		if v := s.value(a); v.Type() != lua.LTTable {
			return "the iterator of this loop, which is " + kindOf(v)
		}
		return "a table as the iterator of this loop: write pairs(t) or ipairs(t)"
	}
	return "a value that is no function"
}

// indexed says which value has no fields.
func (s site) indexed(text, before, after string) string {
	_, key, found := strings.Cut(after, ") with key ")
	op, a, b, _ := s.instruction()
	switch op {
	case lua.OP_SETTABLE, lua.OP_SETTABLEKS:
		b = a
	case lua.OP_GETTABLE, lua.OP_GETTABLEKS, lua.OP_SELF:
	default:
		found = false
	}
	if !found {
		return text
	}
	v, of := s.value(b), s.register(b, s.pc)
	if of.path == "" {
		return fmt.Sprintf("%s: attempt to index %s with key %s", before, nameless(v), key)
	}
	return fmt.Sprintf("%s: attempt to index %s, which is %s, with key %s%s", before, of.path, kindOf(v), key, s.meant(of, v))
}

// operand says which operand of a sum or a comparison was the wrong one, "" when that is not certain.
func (s site) operand(op, b, c int) string {
	if (op < lua.OP_ADD || op > lua.OP_POW) && op != lua.OP_LT && op != lua.OP_LE {
		return ""
	}
	for _, reg := range [...]int{b, c} {
		if reg < constants {
			if words := s.wrong(reg, reg); words != "" {
				return words
			}
		}
	}
	return ""
}

// wrong names the first of some registers that holds neither a number nor text.
func (s site) wrong(from, last int) string {
	for reg := from; reg <= last; reg++ {
		v := s.value(reg)
		if of := s.register(reg, s.pc); of.path != "" && v.Type() != lua.LTNumber && v.Type() != lua.LTString {
			return fmt.Sprintf(": %s is %s%s", of.path, kindOf(v), s.meant(of, v))
		}
	}
	return ""
}

// nameless is a value that no name of the script leads to.
func nameless(v lua.LValue) string {
	if luavalue.IsNull(v) {
		return kindOf(v)
	}
	return "a " + v.Type().String() + " value"
}

// kindOf is a value in words.
func kindOf(v lua.LValue) string {
	switch v.Type() {
	case lua.LTNil:
		return "nil"
	case lua.LTUserData:
		if luavalue.IsNull(v) {
			return "json.null"
		}
		return "an object that takes none of these"
	}
	return "a " + v.Type().String()
}

// meant is the nearest name that is there, for one that is not. Short names are near to too many.
func (s site) meant(of origin, v lua.LValue) string {
	if v.Type() != lua.LTNil || of.in == nil || len(of.last) < 3 {
		return ""
	}
	near := luavalue.Closest(of.last, fieldNames(s.L, of.in))
	if near == "" {
		return ""
	}
	return "; did you mean " + strings.TrimSuffix(of.path, of.last) + near + "?"
}

// fieldNames are the names that a table or an object knows, in order.
func fieldNames(L *lua.LState, v lua.LValue) []string {
	var names []string
	for _, t := range fieldTables(L, v) {
		t.ForEach(func(k, _ lua.LValue) {
			if name, ok := k.(lua.LString); ok {
				names = append(names, string(name))
			}
		})
	}
	slices.Sort(names)
	return names
}

// fieldTables are the tables in which a field of v is looked up: v itself, and its metatable's index or methods.
func fieldTables(L *lua.LState, v lua.LValue) []*lua.LTable {
	var tables []*lua.LTable
	if t, ok := v.(*lua.LTable); ok {
		tables = append(tables, t)
	}
	for _, event := range []string{"__index", Methods} {
		if t, ok := L.GetMetaField(v, event).(*lua.LTable); ok {
			tables = append(tables, t)
		}
	}
	return tables
}

// rawField is a field of v, looked up without running anything.
func rawField(L *lua.LState, v lua.LValue, name string) lua.LValue {
	for _, t := range fieldTables(L, v) {
		if field := t.RawGetString(name); field != lua.LNil {
			return field
		}
	}
	return lua.LNil
}
