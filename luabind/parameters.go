package luabind

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/program"
	lua "github.com/yuin/gopher-lua"
)

// parameters are the inputs of the programs that a client has installed, by each name that they can be launched by.
// Scheduler's goroutine.
type parameters struct {
	byName map[string]map[string]program.Parameter
	warned map[string]bool // "program input"
}

// learn notes what the manifest of an installed program says about its inputs. One that names none says nothing.
func (p *parameters) learn(in pie.Installed, manifest string) {
	m, err := program.ParseManifest(manifest)
	if err != nil || len(m.Parameters) == 0 {
		return
	}
	if p.byName == nil {
		p.byName, p.warned = map[string]map[string]program.Parameter{}, map[string]bool{}
	}
	for _, name := range []string{in.Ref, in.Hash, m.Name, m.Name + "@" + m.Version} {
		p.byName[name] = m.Parameters
	}
}

// check warns, once, about each input that the program's manifest does not have. Manifests are not reliable, so that it
// is no more than a line on standard error.
func (p *parameters) check(L *lua.LState, rt *Runtime, name string, values map[string]any) {
	known := p.byName[name]
	if known == nil {
		return
	}
	for _, input := range slices.Sorted(maps.Keys(values)) {
		if _, there := known[input]; there || input == program.Positional || p.warned[name+" "+input] {
			continue
		}
		p.warned[name+" "+input] = true
		meant := ""
		if near := luavalue.Closest(input, slices.Collect(maps.Keys(known))); near != "" {
			meant = fmt.Sprintf("; did you mean %q?", near)
		}
		_, _ = fmt.Fprintf(rt.stderr, "pierun: %s: by its manifest, %s has no input %q%s\n", luavalue.Where(L), name, input, meant)
	}
}
