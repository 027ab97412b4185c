package engine

import (
	"strings"

	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// resolve finds the program that a launch names, in the generation's way of naming, or says in the server's words
// why there is none.
func (e *Engine) resolve(c *wire.Command) (in *installed, why string) {
	switch {
	case c.Kind == wire.LaunchRegistry:
		in, why = e.fromRegistry(c.Program)
	case e.features.HashNames:
		in, why = e.store.byHash(c.Hash), "No such program with hash="+c.Hash
	case e.features.StrictNames:
		in, why = e.strictlyNamed(c.Program)
	default:
		in, why = e.namespaced(c.Program)
	}
	if in != nil && in.broken != "" {
		return nil, in.broken
	}
	return in, why
}

// strictlyNamed is name@X.Y.Z, or a bare name where that is allowed.
func (e *Engine) strictlyNamed(name string) (*installed, string) {
	base, version, versioned := strings.Cut(name, "@")
	if !versioned && e.features.BareNames {
		return e.store.newest("", base), "no program named '" + base + "' is installed"
	}
	if program.CheckName(base, version) != nil {
		return nil, badIdentifier(name)
	}
	why := "program " + name + " is not installed (looked in the programs of this simulation)"
	if e.features.Registry {
		why = "Failed to download manifest: " + name + " is not here (simulated: there is no registry)"
	}
	return e.store.byName("", base, version), why
}

func badIdentifier(name string) string {
	return "Invalid program identifier '" + name + "': expected 'name@major.minor.patch'"
}

// namespaced is the form of instance-0.2: programs that were uploaded first, then the registry.
func (e *Engine) namespaced(name string) (*installed, string) {
	namespace, base, version := splitNamespaced(name)
	if in := e.store.byName(namespace, base, version); in != nil && !in.builtin {
		return in, ""
	}
	return e.fromRegistry(name)
}

// fromRegistry takes the built-in programs for the registry's content.
func (e *Engine) fromRegistry(name string) (*installed, string) {
	namespace, base, version := splitNamespaced(name)
	in := e.store.byName(namespace, base, version)
	if version == latestVersion {
		in = e.store.newest(namespace, base)
	}
	if in != nil && in.builtin {
		return in, ""
	}
	return nil, "Registry returned error 404 Not Found for " + namespace + "/" + base + " @ " + version +
		": not found (simulated: there is no registry)"
}

const latestVersion = "latest"

// splitNamespaced fills in what a short name leaves out.
func splitNamespaced(name string) (namespace, base, version string) {
	base, version, versioned := strings.Cut(name, "@")
	if !versioned {
		version = latestVersion
	}
	if before, after, found := strings.Cut(base, "/"); found {
		return before, after, version
	}
	return standardNamespace, base, version
}

// hasProgram tells whether a program is known. Where the bytes' hash is asked for as well only 0.2 compares it.
func (s *session) hasProgram(c *wire.Command) {
	if s.e.features.HashNames {
		in := s.e.store.byHash(c.Hash)
		s.answer(c, true, truth(in != nil && (in.broken == "" || !s.e.rules.wedges)))
		return
	}
	if s.e.features.StrictNames {
		s.checkProgram(c)
		return
	}
	namespace, base, version := splitNamespaced(c.Program)
	in := s.e.store.byName(namespace, base, version)
	if in == nil && namespace == standardNamespace && version == latestVersion {
		in = s.e.store.newest(namespace, base)
	}
	s.answer(c, true, truth(in != nil && (c.Hash == "" || c.Hash == in.hash)))
}

func (s *session) checkProgram(c *wire.Command) {
	name, version, _ := strings.Cut(c.Program, "@")
	if program.CheckName(name, version) != nil {
		s.answer(c, false, badIdentifier(name+"@"+version))
		return
	}
	s.answer(c, true, truth(s.e.store.byName("", name, version) != nil))
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
