package sched

import (
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// spec is one item of string.format: %[flags][width][.precision]letter.
type spec struct {
	left, plus, blank, alt, zero bool
	width                        int
	precision                    int // -1: none
	letter                       byte
}

// string.format(format, ...) as C's printf, with %q for what Lua reads back and %s for any value.
func strFormat(L *lua.LState) int {
	format := argString(L, 1)
	var out strings.Builder
	arg := 1
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			out.WriteByte(format[i])
			continue
		}
		if i+1 < len(format) && format[i+1] == '%' {
			out.WriteByte('%')
			i++
			continue
		}
		var sp spec
		sp, i = parseSpec(L, format, i+1)
		arg++
		if arg > L.GetTop() {
			L.ArgError(arg, "no value")
		}
		out.WriteString(sp.format(L, arg))
		tooLong(L, "string.format", float64(out.Len()))
	}
	L.Push(lua.LString(out.String()))
	return 1
}

// parseSpec reads the item at i; it gives the place of its letter.
func parseSpec(L *lua.LState, format string, i int) (spec, int) {
	sp := spec{precision: -1}
	for ; i < len(format) && strings.IndexByte("-+ #0", format[i]) >= 0; i++ {
		switch format[i] {
		case '-':
			sp.left = true
		case '+':
			sp.plus = true
		case ' ':
			sp.blank = true
		case '#':
			sp.alt = true
		case '0':
			sp.zero = true
		}
	}
	sp.width, i = twoDigits(L, format, i)
	if i < len(format) && format[i] == '.' {
		sp.precision, i = twoDigits(L, format, i+1)
	}
	if i >= len(format) {
		L.RaiseError("invalid option '%%' to 'format'")
	}
	sp.letter = format[i]
	return sp, i
}

func twoDigits(L *lua.LState, format string, i int) (n, next int) {
	for next = i; next < len(format) && '0' <= format[next] && format[next] <= '9'; next++ {
		n = n*10 + int(format[next]-'0')
		if next-i == 2 {
			L.RaiseError("invalid format (width or precision too long)")
		}
	}
	return n, next
}

// format gives the text of argument n.
func (sp *spec) format(L *lua.LState, n int) string {
	switch sp.letter {
	case 'd', 'i':
		return sp.integer(truncate(float64(L.CheckNumber(n))))
	case 'u', 'o', 'x', 'X':
		return sp.unsigned(truncate(float64(L.CheckNumber(n))))
	case 'c':
		return sp.pad("", string([]byte{byte(truncate(float64(L.CheckNumber(n))))}), false)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		return sp.float(float64(L.CheckNumber(n)))
	case 'q':
		return quote(argString(L, n))
	case 's':
		text := ToString(L, L.Get(n))
		if sp.precision >= 0 && sp.precision < len(text) {
			text = text[:sp.precision]
		}
		return sp.pad("", text, false)
	}
	L.RaiseError("invalid option '%%%s' to 'format'", string(rune(sp.letter)))
	return ""
}

// truncate cuts a number to an integer as far as it fits.
func truncate(n float64) int64 {
	switch {
	case math.IsNaN(n):
		return 0
	case n >= math.MaxInt64:
		return math.MaxInt64
	case n <= math.MinInt64:
		return math.MinInt64
	}
	return int64(n)
}

func (sp *spec) integer(n int64) string {
	digits := strconv.FormatInt(n, 10)
	digits, negative := strings.CutPrefix(digits, "-")
	return sp.pad(sp.sign(negative), sp.atLeast(digits), sp.precision < 0)
}

func (sp *spec) unsigned(n int64) string {
	base, prefix := 10, ""
	switch sp.letter {
	case 'o':
		base, prefix = 8, "0"
	case 'x', 'X':
		base, prefix = 16, "0"+string(rune(sp.letter))
	}
	digits := strconv.FormatUint(uint64(n), base)
	if sp.letter == 'X' {
		digits = strings.ToUpper(digits)
	}
	if !sp.alt || n == 0 || base == 10 {
		prefix = ""
	}
	return sp.pad(prefix, sp.atLeast(digits), sp.precision < 0)
}

// atLeast fills up with zeros to the precision.
func (sp *spec) atLeast(digits string) string {
	if missing := sp.precision - len(digits); missing > 0 {
		return strings.Repeat("0", missing) + digits
	}
	return digits
}

func (sp *spec) float(n float64) string {
	text := sp.magnitude(math.Abs(n))
	if sp.letter < 'a' {
		text = strings.ToUpper(text)
	}
	return sp.pad(sp.sign(math.Signbit(n) && !math.IsNaN(n)), text, !math.IsInf(n, 0) && !math.IsNaN(n))
}

func (sp *spec) magnitude(n float64) string {
	switch {
	case math.IsInf(n, 0):
		return "inf"
	case math.IsNaN(n):
		return "nan"
	}
	precision := sp.precision
	if precision < 0 {
		precision = 6
	}
	switch sp.letter | 0x20 {
	case 'g':
		return general(n, precision, sp.alt)
	default:
		return strconv.FormatFloat(n, sp.letter|0x20, precision, 64)
	}
}

func (sp *spec) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case sp.plus:
		return "+"
	case sp.blank:
		return " "
	}
	return ""
}

// pad fills up to the width; zeros go between the prefix and the text.
func (sp *spec) pad(prefix, text string, zeros bool) string {
	missing := sp.width - len(prefix) - len(text)
	switch {
	case missing <= 0:
		return prefix + text
	case sp.left:
		return prefix + text + strings.Repeat(" ", missing)
	case sp.zero && zeros:
		return prefix + strings.Repeat("0", missing) + text
	}
	return strings.Repeat(" ", missing) + prefix + text
}

// quote writes a string as Lua 5.1 reads it.
func quote(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\', '\n':
			out.WriteByte('\\')
			out.WriteByte(c)
		case '\r':
			out.WriteString(`\r`)
		case 0:
			out.WriteString(`\000`)
		default:
			out.WriteByte(c)
		}
	}
	out.WriteByte('"')
	return out.String()
}
