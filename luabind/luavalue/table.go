package luavalue

import (
	"fmt"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// maxDepth bounds nesting, which also catches a table that holds itself.
const maxDepth = 1000

const tooDeep = "nested deeper than 1000 levels"

// misfit is a value that has no JSON form; path leads to it, innermost step last.
type misfit struct {
	words string
	path  []lua.LValue
}

// err makes the error of kind value that names the place.
func (m *misfit) err() *Error {
	if len(m.path) == 0 {
		return Errorf(KindValue, "%s", m.words)
	}
	return Errorf(KindValue, "%s (at %s)", m.words, pathText(m.path))
}

// pathText writes a path as a script would: answers[3].text
func pathText(path []lua.LValue) string {
	const most = 20
	cut := len(path) > most
	if cut {
		path = path[:most]
	}
	var b strings.Builder
	for _, step := range path {
		switch k := step.(type) {
		case lua.LString:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(string(k))
		default:
			fmt.Fprintf(&b, "[%s]", step)
		}
	}
	if cut {
		b.WriteString("…")
	}
	return b.String()
}

// classify tells what a table is in JSON: a list with its length, or an object. A mark decides; without one,
// keys 1…n are a list and text keys (or none) an object. Anything else is told in words.
func classify(t *lua.LTable) (s shape, n int, words string) {
	n = t.MaxN()
	named := firstNamed(t, n) != lua.LNil
	s = shapeOf(t)
	switch {
	case s == object:
		return object, 0, ""
	case s == list && named, n > 0 && named:
		return list, n, mixedWords(t, n)
	case s == unmarked && n == 0:
		return object, 0, ""
	}
	for i := 1; i <= n; i++ {
		if t.RawGetInt(i) == lua.LNil {
			return list, n, fmt.Sprintf("a list with a hole at %d; use json.null there, or json.object for numbers as names", i)
		}
	}
	return list, n, ""
}

// firstNamed gives the first key outside the list part of n items, nil if there is none.
func firstNamed(t *lua.LTable, n int) lua.LValue {
	after := lua.LNil
	if n > 0 {
		after = lua.LNumber(n)
	}
	k, _ := t.Next(after)
	return k
}

func mixedWords(t *lua.LTable, n int) string {
	return fmt.Sprintf("a table with %d list items and also the key %s; JSON has lists and objects, not both", n, Named(firstNamed(t, n)))
}

// keyText gives the JSON name of a key: text as it is, a number in digits; ok is false for other types.
func keyText(k lua.LValue) (name string, ok bool) {
	switch k := k.(type) {
	case lua.LString:
		return string(k), true
	case lua.LNumber:
		return strconv.FormatFloat(float64(k), 'f', -1, 64), true
	}
	return "", false
}
