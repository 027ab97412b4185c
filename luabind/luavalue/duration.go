package luavalue

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// maxDuration keeps a deadline computed from it far away from overflow.
const maxDuration = 100 * 365 * 24 * time.Hour

// ParseDuration reads a duration as scripts write it: seconds (1.5) or text ("250ms", "1m30s"). It is never
// negative, and at most 100 years.
func ParseDuration(v lua.LValue) (time.Duration, error) {
	switch t := v.(type) {
	case lua.LNumber:
		return seconds(float64(t))
	case lua.LString:
		return durationText(strings.TrimSpace(string(t)))
	}
	return 0, fmt.Errorf(`must be seconds or text like "1m30s", not %s`, Named(v))
}

func seconds(s float64) (time.Duration, error) {
	switch {
	case math.IsNaN(s):
		return 0, fmt.Errorf("is not a number")
	case s < 0:
		return 0, fmt.Errorf("must not be negative (it is %v)", s)
	case s > maxDuration.Seconds():
		return 0, fmt.Errorf("is too long (%v seconds); leave it out for no limit", s)
	}
	return time.Duration(math.Round(s * float64(time.Second))), nil
}

func durationText(s string) (time.Duration, error) {
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return seconds(f)
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf(`must be seconds or text like "250ms" or "1m30s", not %q`, s)
	}
	return d, inRange(d)
}

func inRange(d time.Duration) error {
	_, err := seconds(d.Seconds())
	return err
}

// Seconds is the Lua form of a duration: a number of seconds.
func Seconds(d time.Duration) lua.LNumber { return lua.LNumber(d.Seconds()) }

// Named is a value as error messages show it, short.
func Named(v lua.LValue) string {
	switch t := v.(type) {
	case *lua.LNilType:
		return "nil"
	case lua.LBool, lua.LNumber:
		return t.String()
	case lua.LString:
		if len(t) > 40 {
			t = t[:40] + "…"
		}
		return strconv.Quote(string(t))
	}
	if name := typeName(v); name != "" {
		return withArticle(name)
	}
	return "a " + v.Type().String()
}

func withArticle(name string) string {
	if strings.ContainsRune("aeio", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}

// typeName is the type of a value of the host, "channel", "" for any other value.
func typeName(v lua.LValue) string {
	u, ok := v.(*lua.LUserData)
	if !ok {
		return ""
	}
	mt, _ := u.Metatable.(*lua.LTable)
	if mt == nil {
		return ""
	}
	name, _ := mt.RawGetString("__metatable").(lua.LString)
	return strings.TrimPrefix(string(name), "pierun.")
}
