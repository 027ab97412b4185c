package luabind

import (
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// baiTaking is a function of the module and how many arguments it takes at most, its object not counted. One more is refused
// by name: a program for the JavaScript client may mean something by it, and would get something else.
type baiTaking[F any] struct {
	most int
	fn   F
}

// baiMethods are the methods of an object, or with a dot behind its name the functions of a module.
func baiMethods(object string, methods map[string]baiTaking[lua.LGFunction]) map[string]lua.LGFunction {
	out := make(map[string]lua.LGFunction, len(methods))
	for name, m := range methods {
		last, op := m.most, object+name
		if object[len(object)-1] == ':' {
			last++
		}
		out[name] = func(L *lua.LState) int {
			luavalue.NoMore(L, last, op)
			return m.fn(L)
		}
	}
	return out
}
