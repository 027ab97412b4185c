package sched

import (
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// plainNumber tells whether a number is written as its digits: an integer of at most 15 of them, and not -0.
func plainNumber(n float64) bool {
	return n == float64(int64(n)) && n < 1e15 && n > -1e15 && (n != 0 || !math.Signbit(n))
}

// numberText is a number as Lua 5.1 prints it, "%.14g", except that integers keep their fifteenth digit.
func numberText(n float64) string {
	if plainNumber(n) {
		return strconv.FormatInt(int64(n), 10)
	}
	switch {
	case n == 0:
		return "-0"
	case math.IsNaN(n):
		return "nan"
	case math.IsInf(n, 1):
		return "inf"
	case math.IsInf(n, -1):
		return "-inf"
	}
	return general(n, 14, false)
}

// general is C's %g: the shorter of fixed and exponent form, without trailing zeros unless they are kept.
func general(n float64, precision int, keepZeros bool) string {
	if precision == 0 {
		precision = 1
	}
	e := strconv.FormatFloat(n, 'e', precision-1, 64)
	exponent, _ := strconv.Atoi(e[strings.IndexByte(e, 'e')+1:])
	if exponent < -4 || exponent >= precision {
		mantissa, power, _ := strings.Cut(e, "e")
		return trimZeros(mantissa, keepZeros) + "e" + power
	}
	return trimZeros(strconv.FormatFloat(n, 'f', precision-1-exponent, 64), keepZeros)
}

func trimZeros(s string, keep bool) string {
	if keep || !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// ToString is tostring(v) of the script: __tostring is asked, numbers look as in Lua 5.1. It may wait and raise.
func ToString(L *lua.LState, v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return numberText(float64(v))
	case *lua.LTable, *lua.LUserData:
		if fn, ok := L.GetMetaField(v, "__tostring").(*lua.LFunction); ok {
			return callToString(L, fn, v)
		}
	}
	return v.String()
}

func callToString(L *lua.LState, fn *lua.LFunction, v lua.LValue) string {
	L.Push(fn)
	L.Push(v)
	L.Call(1, 1)
	out := L.Get(-1)
	L.Pop(1)
	switch out := out.(type) {
	case lua.LString:
		return string(out)
	case lua.LNumber:
		return numberText(float64(out))
	}
	L.RaiseError("'__tostring' must return a string")
	return ""
}

// toString is tostring(v) of the script.
func toString(L *lua.LState) int {
	L.Push(lua.LString(ToString(L, L.CheckAny(1))))
	return 1
}

// toNumber is tonumber(v[, base]) of the script.
func toNumber(L *lua.LState) int {
	v := L.CheckAny(1)
	base := 10
	if L.Get(2) != lua.LNil {
		base = L.CheckInt(2)
		if base < 2 || base > 36 {
			L.ArgError(2, "base out of range")
		}
		if n, ok := v.(lua.LNumber); ok && base != 10 {
			v = lua.LString(numberText(float64(n)))
		}
	}
	L.Push(lua.LNil)
	switch v := v.(type) {
	case lua.LNumber:
		L.Push(v)
	case lua.LString:
		if n, ok := parseNumber(string(v), base); ok {
			L.Push(lua.LNumber(n))
		}
	}
	return 1
}

// parseNumber reads a number as Lua 5.1 does: blanks around it, an exponent, hexadecimal with 0x; never Go's own
// forms (underscores, octal, infinity).
func parseNumber(s string, base int) (float64, bool) {
	s = strings.Trim(s, " \t\n\r\v\f")
	if base != 10 {
		return parseBase(s, base)
	}
	sign := 1.0
	digits := strings.TrimPrefix(s, "+")
	if strings.HasPrefix(s, "-") {
		sign, digits = -1, s[1:]
	}
	if hex, ok := cutHex(digits); ok {
		n, ok := parseBase(hex, 16)
		return sign * n, ok && !strings.HasPrefix(hex, "-")
	}
	if strings.Trim(digits, "0123456789.eE+-") != "" || digits == "" || digits[0] == '-' || digits[0] == '+' {
		return 0, false
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil && !math.IsInf(n, 0) {
		return 0, false
	}
	return sign * n, true
}

func cutHex(s string) (string, bool) {
	if len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
		return s[2:], true
	}
	return s, false
}

// parseBase reads digits of a base, of any length.
func parseBase(s string, base int) (float64, bool) {
	sign := 1.0
	if strings.HasPrefix(s, "-") {
		sign, s = -1, s[1:]
	}
	if hex, ok := cutHex(s); ok && base == 16 {
		s = hex
	}
	n := 0.0
	for _, c := range []byte(s) {
		d := digit(c)
		if d >= base {
			return 0, false
		}
		n = n*float64(base) + float64(d)
	}
	return sign * n, s != ""
}

func digit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'Z':
		return int(c-'A') + 10
	}
	return 99
}
