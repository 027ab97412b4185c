package luabind

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// argType is a type of args.parse.
type argType struct {
	name    string
	shown   string                                 // what stands for a value in the usage
	convert func(v lua.LValue) (lua.LValue, error) // of a word, or of a value in the spec; the error follows a name
	check   func(v lua.LValue) error               // what must hold in the world, nil for nothing
}

// argTypes are all types by name.
func argTypes() map[string]argType {
	return map[string]argType{
		"string":   {name: "string", shown: "TEXT", convert: toText},
		"integer":  {name: "integer", shown: "N", convert: toInteger},
		"number":   {name: "number", shown: "N", convert: toNumber},
		"boolean":  {name: "boolean", convert: toBoolean},
		"duration": {name: "duration", shown: "TIME", convert: toSeconds},
		"size":     {name: "size", shown: "SIZE", convert: toBytes},
		"file":     {name: "file", shown: "FILE", convert: toText, check: fileExists},
	}
}

func argTypeNames() []string { return slices.Sorted(maps.Keys(argTypes())) }

func toText(v lua.LValue) (lua.LValue, error) {
	switch t := v.(type) {
	case lua.LString:
		return t, nil
	case lua.LNumber:
		return lua.LString(t.String()), nil
	}
	return lua.LNil, fmt.Errorf("must be text, not a %s", v.Type())
}

func toNumber(v lua.LValue) (lua.LValue, error) {
	if n, ok := v.(lua.LNumber); ok {
		return n, nil
	}
	f, err := strconv.ParseFloat(v.String(), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return lua.LNil, fmt.Errorf("must be a number, not %q", v.String())
	}
	return lua.LNumber(f), nil
}

func toInteger(v lua.LValue) (lua.LValue, error) {
	n, err := toNumber(v)
	if f, ok := n.(lua.LNumber); err != nil || !ok || float64(f) != math.Trunc(float64(f)) {
		return lua.LNil, fmt.Errorf("must be a whole number, not %q", v.String())
	}
	return n, nil
}

func toBoolean(v lua.LValue) (lua.LValue, error) {
	switch v.String() {
	case "true":
		return lua.LTrue, nil
	case "false":
		return lua.LFalse, nil
	}
	return lua.LNil, fmt.Errorf("must be true or false, not %q", v.String())
}

func toSeconds(v lua.LValue) (lua.LValue, error) {
	d, err := luavalue.ParseDuration(v)
	return luavalue.Seconds(d), err
}

func toBytes(v lua.LValue) (lua.LValue, error) {
	n, err := luavalue.ParseSize(v)
	return lua.LNumber(n), err
}

// fileExists holds for "-", which stands for standard input.
func fileExists(v lua.LValue) error {
	if v == lua.LString("-") {
		return nil
	}
	switch _, err := os.Stat(v.String()); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("must be a file that exists: there is no %s", v)
	case err != nil:
		return fmt.Errorf("must be a file that can be read: %w", err)
	}
	return nil
}

// one converts and checks a single value.
func (a *argument) one(said lua.LValue) (lua.LValue, error) {
	v, err := a.fitting(said)
	if err == nil && a.kind.check != nil {
		err = a.kind.check(v)
	}
	return v, err
}

// fitting converts a value, and holds it to choices, min and max. Its errors have the units that were written.
func (a *argument) fitting(said lua.LValue) (lua.LValue, error) {
	v, err := a.kind.convert(said)
	if err != nil {
		return v, err
	}
	n, _ := v.(lua.LNumber)
	low, isLow := a.min.value.(lua.LNumber)
	high, isHigh := a.max.value.(lua.LNumber)
	switch {
	case len(a.choices) > 0 && !slices.Contains(a.choices, v):
		return v, fmt.Errorf("must be one of %s, not %s", a.choiceText(), said)
	case isLow && n < low:
		return v, fmt.Errorf("must be at least %s, not %s", a.min.said, said)
	case isHigh && n > high:
		return v, fmt.Errorf("must be at most %s, not %s", a.max.said, said)
	}
	return v, nil
}
