package luavalue

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// maxSize is the largest whole number that a Lua number holds exactly.
const maxSize = 1 << 53

// units are the endings of a size: the binary ones and the decimal ones.
var units = [...]struct {
	name  string
	bytes float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
}

// ParseSize reads a size as scripts write it: bytes (4096) or text ("8MiB", "64 KiB", "1.5GB"). It is a whole
// number of bytes, never negative.
func ParseSize(v lua.LValue) (int64, error) {
	switch t := v.(type) {
	case lua.LNumber:
		return wholeBytes(float64(t))
	case lua.LString:
		return sizeText(strings.TrimSpace(string(t)))
	}
	return 0, fmt.Errorf(`must be bytes or text like "8MiB", not %s`, Named(v))
}

func sizeText(s string) (int64, error) {
	number, scale := s, 1.0
	for _, u := range units {
		if len(s) > len(u.name) && strings.EqualFold(s[len(s)-len(u.name):], u.name) {
			number, scale = strings.TrimSpace(s[:len(s)-len(u.name)]), u.bytes
			break
		}
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0, fmt.Errorf(`must be bytes or text like "8MiB" or "64KiB", not %q`, s)
	}
	return wholeBytes(f * scale)
}

func wholeBytes(f float64) (int64, error) {
	if math.IsNaN(f) || f < 0 || f > maxSize || f != math.Trunc(f) {
		return 0, fmt.Errorf("must be a whole number of bytes from 0 to 2^53, not %v", f)
	}
	return int64(f), nil
}
