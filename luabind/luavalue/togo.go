package luavalue

import (
	lua "github.com/yuin/gopher-lua"
)

// ToGo gives the Go value of a Lua one as encoding/json has them: nil (also for json.null), bool, string, int64
// (whole numbers up to 2^53), float64, []any and map[string]any. What has no such form is an *Error of kind value
// that names the place, by the rules of Encode.
func ToGo(v lua.LValue) (any, error) {
	c := converter{}
	g, m := c.value(v)
	if m != nil {
		return nil, m.err()
	}
	return g, nil
}

// converter keeps the way from the root, for errors.
type converter struct{ encoder }

func (c *converter) value(v lua.LValue) (any, *misfit) {
	switch t := v.(type) {
	case lua.LString:
		return string(t), c.utf8(string(t))
	case lua.LNumber:
		return c.number(float64(t))
	case lua.LBool:
		return bool(t), nil
	case *lua.LNilType:
		return nil, nil
	case *lua.LTable:
		return c.table(t)
	}
	return nil, c.other(v)
}

func (c *converter) number(f float64) (any, *misfit) {
	if f == float64(int64(f)) && f >= -maxSize && f <= maxSize {
		return int64(f), nil
	}
	return f, c.encoder.number(f)
}

func (c *converter) table(t *lua.LTable) (any, *misfit) {
	if len(c.path) >= maxDepth {
		return nil, c.fail("nested deeper than 1000 levels, or a table that holds itself")
	}
	s, n, words := classify(t)
	switch {
	case words != "":
		return nil, c.fail("cannot convert " + words)
	case s == list:
		return c.list(t, n)
	}
	return c.object(t)
}

func (c *converter) list(t *lua.LTable, n int) (any, *misfit) {
	items := make([]any, n)
	for i := range items {
		v, m := c.inside(lua.LNumber(i+1), t.RawGetInt(i+1))
		if m != nil {
			return nil, m
		}
		items[i] = v
	}
	return items, nil
}

func (c *converter) object(t *lua.LTable) (any, *misfit) {
	names, m := c.names(t)
	if m != nil {
		return nil, m
	}
	members := make(map[string]any, len(names))
	for _, k := range names {
		v, m := c.inside(k, t.RawGet(k))
		if m != nil {
			return nil, m
		}
		name, _ := keyText(k)
		members[name] = v
	}
	return members, nil
}

func (c *converter) inside(step, v lua.LValue) (any, *misfit) {
	c.path = append(c.path, step)
	g, m := c.value(v)
	c.path = c.path[:len(c.path)-1]
	return g, m
}
