package luabind

import (
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// openArgs makes the module args.
func openArgs(rt *Runtime) lua.LValue {
	return rt.L.SetFuncs(rt.L.CreateTable(0, 1), map[string]lua.LGFunction{"parse": rt.argsParse})
}

// args.parse(spec) gives the values of the words after FILE. Wrong words end the run with exit 2 and the usage, --help
// with exit 0 and the help. A wrong spec raises usage: that is the script's own mistake.
func (rt *Runtime) argsParse(L *lua.LState) int {
	spec, err := readSpec(luavalue.ArgTable(L, 1, "args.parse"))
	if err != nil {
		luavalue.Raise(L, luavalue.Errorf(luavalue.KindUsage, "args.parse: %s", err).WithOp("args.parse"))
	}
	spec.script = rt.cfg.Script
	rt.declareFlags(spec.flagNames()...)
	words := argWords{spec: spec, host: rt.cfg.HostFlags, place: rt.cfg.ScriptWord, given: map[*argument][]string{}}
	if err := words.read(rt.cfg.Args); err != nil {
		rt.exit(L, 2, err.Error()+"\n"+spec.usage()+"\n(--help says more)")
	}
	if words.help {
		rt.stdout.put(L, spec.help())
		rt.exit(L, 0, "")
	}
	values := L.CreateTable(0, len(spec.arguments))
	for _, a := range spec.arguments {
		v, err := words.value(L, a)
		if err != nil {
			rt.exit(L, 2, err.Error()+"\n"+spec.usage()+"\n(--help says more)")
		}
		values.RawSetString(a.key, v)
	}
	L.Push(values)
	return 1
}
