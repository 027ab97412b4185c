package cli

import "github.com/pierun/pierun/pie/engine"

// embeddedPrograms lists the programs of the embedded engine, as name@version.
func embeddedPrograms() []string {
	var list []string
	for _, p := range engine.Builtin() {
		m := p.Manifest()
		list = append(list, m.Name+"@"+m.Version)
	}
	return list
}
