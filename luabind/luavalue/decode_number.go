package luavalue

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Big says what Decode makes of a whole number that no Lua number is: those beyond 2^53 are doubles, which lose digits.
type Big uint8

// What becomes of such numbers. The zero value is for what the host reads, where nobody looks at their last digits.
const (
	BigNearest Big = iota // the nearest number there is
	BigRefuse             // an error of kind value that is ErrBig
	BigText               // their digits, as text
)

// ErrBig is the cause of an error about a number that is good JSON, but no Lua number.
var ErrBig = errors.New("a number that Lua cannot hold")

// exactDigits is how many digits every double holds.
const exactDigits = 15

func (d *decoder) number() lua.LValue {
	start := d.i
	for d.i < len(d.b) && isNumberByte(d.b[d.i]) {
		d.i++
	}
	digits := string(d.b[start:d.i])
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		d.fail(start, "the number "+digits+" is out of range")
	}
	if len(digits) > exactDigits && d.o.Big != BigNearest && loses(digits, f) {
		return d.big(start, digits, f)
	}
	return lua.LNumber(f)
}

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

// loses tells whether digits, which were read as f, are a whole number that is not f.
func loses(digits string, f float64) bool {
	return !strings.ContainsAny(digits, ".eE") && math.Abs(f) >= 1<<53 && exact(f) != digits
}

// exact is a whole number with all its digits.
func exact(f float64) string { return strconv.FormatFloat(f, 'f', 0, 64) }

// big is the value of such a number.
func (d *decoder) big(at int, digits string, f float64) lua.LValue {
	if d.o.Big == BigText {
		return lua.LString(digits)
	}
	if d.err == nil {
		words := fmt.Sprintf("the whole number %s does not fit: the nearest that Lua has is %s", digits, exact(f))
		e := Errorf(KindValue, "%s", d.located(at, words)).WithHint(`big = "text" keeps its digits, big = "nearest" takes the nearest`)
		e.Cause = ErrBig
		d.err = e
	}
	return lua.LNil
}
