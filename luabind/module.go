package luabind

import (
	lua "github.com/yuin/gopher-lua"
)

// module is one row of the table of modules: the name for require and for the global, and what makes its value.
// open is called once a runtime, before any script code runs.
type module struct {
	name string
	open func(rt *Runtime) lua.LValue
}

// modules is the table of modules, in the order in which they are opened. Each is a global and can be required.
func modules() []module {
	return []module{
		{"pie", openPie},
		{"task", openTask},
		{"flow", openFlow},
		{"json", openJSON},
		{"jsonl", openJSONL},
		{"fs", openFS},
		{"log", openLog},
		{"args", openArgs},
	}
}

// libraries are the modules that only require gives.
func libraries() []module {
	return []module{
		{"backendai", openBackendAI},
		{"mcp", openMCP},
	}
}

// openModules makes every module and sets those of the first table as globals; require finds all in rt.modules.
func (rt *Runtime) openModules() {
	rt.modules = make(map[string]lua.LValue)
	for _, m := range modules() {
		value := m.open(rt)
		rt.modules[m.name] = value
		rt.L.SetGlobal(m.name, value)
	}
	for _, m := range libraries() {
		rt.modules[m.name] = m.open(rt)
	}
	if try := rt.L.GetGlobal("try"); try != lua.LNil {
		rt.modules["try"] = try
	}
}
