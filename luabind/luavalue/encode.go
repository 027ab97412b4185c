package luavalue

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// EncodeOptions say how Encode writes.
type EncodeOptions struct {
	Indent int  // spaces a level; 0: everything on one line
	Sort   bool // names of objects in byte order, else in the order they were set
}

// Encode writes v as JSON. What JSON cannot say is an *Error of kind value that names the place: functions, NaN,
// infinities, lists with holes, tables that are list and object at once, more than 1000 levels, and text that is
// not UTF-8, because putting other characters in its place would change it unseen. Whole numbers up to 2^53
// are written without an exponent.
func Encode(v lua.LValue, o EncodeOptions) ([]byte, error) {
	return AppendJSON(nil, v, o)
}

// AppendJSON is Encode that appends to dst; on an error dst is as it was.
func AppendJSON(dst []byte, v lua.LValue, o EncodeOptions) ([]byte, error) {
	e := encoder{b: dst, o: o}
	if m := e.value(v); m != nil {
		return dst, m.err()
	}
	return e.b, nil
}

type encoder struct {
	b    []byte
	o    EncodeOptions
	path []lua.LValue
}

func (e *encoder) fail(words string) *misfit {
	return &misfit{words: words, path: slices.Clone(e.path)}
}

func (e *encoder) value(v lua.LValue) *misfit {
	switch t := v.(type) {
	case lua.LString:
		return e.text(string(t))
	case lua.LNumber:
		return e.number(float64(t))
	case lua.LBool:
		e.b = strconv.AppendBool(e.b, bool(t))
		return nil
	case *lua.LNilType:
		e.b = append(e.b, "null"...)
		return nil
	case *lua.LTable:
		return e.table(t)
	}
	return e.other(v)
}

// other writes json.null and refuses what has no JSON form.
func (e *encoder) other(v lua.LValue) *misfit {
	if IsNull(v) {
		e.b = append(e.b, "null"...)
		return nil
	}
	if err, ok := AsError(v); ok {
		return e.fail("cannot encode an error value (" + err.Kind + "); use its .message or tostring(err)")
	}
	return e.fail("cannot encode " + Named(v))
}

func (e *encoder) number(f float64) *misfit {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return e.fail("JSON has no number " + strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'g', -1, 64), "+")))
	}
	if f == math.Trunc(f) && math.Abs(f) <= maxSize {
		e.b = strconv.AppendInt(e.b, int64(f), 10)
		return nil
	}
	format := byte('f')
	if a := math.Abs(f); a < 1e-6 || a >= 1e21 {
		format = 'e'
	}
	e.b = strconv.AppendFloat(e.b, f, format, -1, 64)
	return nil
}

func (e *encoder) table(t *lua.LTable) *misfit {
	if len(e.path) >= maxDepth {
		return e.fail("nested deeper than 1000 levels, or a table that holds itself")
	}
	s, n, words := classify(t)
	switch {
	case words != "":
		return e.fail("cannot encode " + words)
	case s == list:
		return e.list(t, n)
	}
	return e.object(t)
}

func (e *encoder) list(t *lua.LTable, n int) *misfit {
	e.b = append(e.b, '[')
	for i := 1; i <= n; i++ {
		e.separate(i == 1)
		if m := e.inside(lua.LNumber(i), t.RawGetInt(i)); m != nil {
			return m
		}
	}
	e.end(n > 0, ']')
	return nil
}

func (e *encoder) object(t *lua.LTable) *misfit {
	names, m := e.names(t)
	if m != nil {
		return m
	}
	e.b = append(e.b, '{')
	for i, k := range names {
		e.separate(i == 0)
		if m := e.member(t, k); m != nil {
			return m
		}
	}
	e.end(len(names) > 0, '}')
	return nil
}

// member writes "name": value.
func (e *encoder) member(t *lua.LTable, k lua.LValue) *misfit {
	name, _ := keyText(k)
	if m := e.text(name); m != nil {
		return m
	}
	e.b = append(e.b, ':')
	if e.o.Indent > 0 {
		e.b = append(e.b, ' ')
	}
	return e.inside(k, t.RawGet(k))
}

// names lists the keys of an object, in the order asked for.
func (e *encoder) names(t *lua.LTable) ([]lua.LValue, *misfit) {
	names := make([]lua.LValue, 0, 8)
	for k, _ := t.Next(lua.LNil); k != lua.LNil; k, _ = t.Next(k) {
		name, ok := keyText(k)
		_, isText := k.(lua.LString)
		switch {
		case !ok:
			return nil, e.fail("cannot encode a table with the key " + Named(k))
		case !isText && shapeOf(t) != object:
			return nil, e.fail("cannot encode a table with the key " + name + "; mark it with json.object to have numbers as names")
		case !isText && t.RawGetString(name) != lua.LNil:
			return nil, e.fail("cannot encode a table with the key " + name + " as a number and as text")
		}
		names = append(names, k)
	}
	if e.o.Sort {
		slices.SortFunc(names, compareKeys)
	}
	return names, nil
}

func compareKeys(a, b lua.LValue) int {
	x, _ := keyText(a)
	y, _ := keyText(b)
	return bytes.Compare([]byte(x), []byte(y))
}

// inside encodes a value one step further down.
func (e *encoder) inside(step, v lua.LValue) *misfit {
	e.path = append(e.path, step)
	m := e.value(v)
	e.path = e.path[:len(e.path)-1]
	return m
}

// separate puts what stands before an item: a comma, a new line, the indentation.
func (e *encoder) separate(first bool) {
	if !first {
		e.b = append(e.b, ',')
	}
	if e.o.Indent > 0 {
		e.line(len(e.path) + 1)
	}
}

func (e *encoder) end(any bool, closing byte) {
	if any && e.o.Indent > 0 {
		e.line(len(e.path))
	}
	e.b = append(e.b, closing)
}

func (e *encoder) line(level int) {
	e.b = append(e.b, '\n')
	for range level * e.o.Indent {
		e.b = append(e.b, ' ')
	}
}

// text writes a string; long runs that need no escape are copied at once.
func (e *encoder) text(s string) *misfit {
	if m := e.utf8(s); m != nil {
		return m
	}
	e.b = append(e.b, '"')
	from := 0
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			e.b = append(e.b, s[from:i]...)
			e.b = appendEscape(e.b, c)
			from = i + 1
		}
	}
	e.b = append(append(e.b, s[from:]...), '"')
	return nil
}

// utf8 refuses text that JSON cannot carry unchanged.
func (e *encoder) utf8(s string) *misfit {
	if utf8.ValidString(s) {
		return nil
	}
	return e.fail("cannot encode text that is not UTF-8: it is binary, or was cut inside a character")
}

func appendEscape(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
