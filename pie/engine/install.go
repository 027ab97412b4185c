package engine

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// install makes a program of complete bytes and answers how that went.
func (s *session) install(c *wire.Command, data []byte) {
	hash := program.Hash(data)
	if why := s.hashProblem(c.Hash, hash); why != "" {
		s.answer(c, false, why)
		return
	}
	m, why := s.manifestOf(c, hash)
	if why != "" {
		s.answer(c, false, why)
		return
	}
	if old := s.kept(c, m); old != nil {
		s.answerInstall(c, old, hash)
		return
	}
	in, err := s.e.load(data, m)
	if err != nil {
		s.answer(c, false, err.Error())
		return
	}
	in.hash = hash
	if in.broken != "" && s.e.rules.compiles == compileDrops {
		s.turnAway()
		return
	}
	s.e.store.add(in)
	s.answerInstall(c, in, hash)
}

// hashProblem compares what was announced with what came. The process family does not look.
func (s *session) hashProblem(declared, actual string) string {
	if declared == actual {
		return ""
	}
	switch s.e.rules.uploads {
	case uploadPlain:
		return "hash mismatch: expected " + declared + ", got " + actual
	case uploadOne:
		return "Hash mismatch: expected " + declared + ", got " + actual
	case uploadByCorr:
		return "Program hash mismatch: declared " + declared + ", uploaded " + actual
	}
	return ""
}

// kept is the installed program that an upload does not replace although it succeeds; nil when it does.
func (s *session) kept(c *wire.Command, m *program.Manifest) *installed {
	old := s.e.store.byName(m.Namespace, m.Name, m.Version)
	if old == nil || !s.e.features.StrictNames || c.Force && !s.e.store.isPinned(old) {
		return nil
	}
	return old
}

// answerInstall tells that a program is in place, or that it is and cannot be launched.
func (s *session) answerInstall(c *wire.Command, in *installed, hash string) {
	if in.broken != "" && s.e.rules.compiles == compileAtUpload {
		s.answer(c, false, in.broken)
		return
	}
	s.answer(c, true, s.installedWords(&in.manifest, hash))
}

func (s *session) installedWords(m *program.Manifest, hash string) string {
	switch s.e.rules.installed {
	case "":
		return hash
	case installedRef:
		return m.Name + "@" + m.Version
	}
	return s.e.rules.installed
}

// manifestOf is what the upload says about its program, in the generation's way.
func (s *session) manifestOf(c *wire.Command, hash string) (*program.Manifest, string) {
	switch {
	case s.e.features.HashNames:
		return &program.Manifest{Name: hash}, ""
	case !s.e.features.NeedsManifest:
		return manifestFromFile(c)
	}
	m, err := program.ParseManifest(c.Manifest)
	switch {
	case err != nil && s.e.features.Namespaces:
		return nil, "Failed to parse manifest: " + oldManifestError(err)
	case err != nil:
		return nil, "Invalid manifest: Failed to parse manifest TOML: TOML parse error: " + manifestFault(err)
	case s.e.features.Namespaces && m.Namespace == "":
		return nil, "Failed to parse manifest: Invalid package.name format '" + m.Name + "': expected 'namespace/name'"
	case s.e.features.BareNames && m.Namespace != "":
		return nil, "program " + m.Ref().String() + " is not installed (looked in the programs of this simulation)"
	}
	return m, ""
}

// manifestFault is a manifest's fault as 0.3 and later word it, without the excerpt.
func manifestFault(err error) string {
	text := strings.TrimPrefix(err.Error(), program.ErrManifest.Error()+": ")
	switch {
	case strings.Contains(text, "no [package]"):
		return "missing field `package`"
	case strings.Contains(text, "has no name"):
		return "missing field `name`"
	case strings.Contains(text, "has no version"):
		return "missing field `version`"
	}
	return text
}

// oldManifestError is a manifest's fault as 0.2 words it.
func oldManifestError(err error) string {
	text := err.Error()
	switch {
	case strings.Contains(text, "no [package]"):
		return "Manifest missing [package] section"
	case strings.Contains(text, "has no name"):
		return "Manifest missing package.name field"
	case strings.Contains(text, "has no version"):
		return "Manifest missing package.version field"
	}
	return "Failed to parse manifest TOML: TOML parse error: " + manifestFault(err)
}

// manifestFromFile takes the name from the file's and the language from its extension, as 0.6 does.
func manifestFromFile(c *wire.Command) (*program.Manifest, string) {
	file := path.Base(c.File)
	ext := path.Ext(file)
	m := &program.Manifest{Name: strings.TrimSuffix(file, ext), Version: or(c.Version, "0.1.0")}
	if err := program.CheckName(m.Name, m.Version); err != nil {
		return nil, badIdentifier(m.Name + "@" + m.Version)
	}
	switch ext {
	case ".js":
		m.Language = "javascript"
	case ".py":
		m.Language = "python"
	case ".lua":
		m.Language = "lua"
	}
	m.Text = program.Synthesize(m.Name, m.Version, m.Language, "")
	return m, ""
}

// notCompiled is what servers say about bytes that are no WebAssembly.
const notCompiled = "Failed to compile WASM: failed to parse WebAssembly module"

// load makes something launchable of uploaded bytes: a program that runs here if there is a loader for it, else one
// that says why it cannot.
func (e *Engine) load(data []byte, m *program.Manifest) (*installed, error) {
	in := &installed{manifest: *m}
	if e.config.Loader != nil {
		p, err := e.config.Loader(slices.Clone(data), m)
		if err != nil || p != nil {
			in.program = p
			return in, err
		}
	}
	in.program = uploaded{*m}
	if m.Language == "" && !bytes.HasPrefix(data, []byte("\x00asm")) {
		in.broken = notCompiled
	}
	return in, nil
}

// uploaded is a program that is stored and known and cannot run here.
type uploaded struct{ manifest program.Manifest }

func (u uploaded) Manifest() program.Manifest { return u.manifest }

func (u uploaded) Run(context.Context, *Guest) (string, error) {
	language := or(u.manifest.Language, "WebAssembly")
	return "", fmt.Errorf("this is a simulation that cannot run uploaded %s: "+
		"launch one of its own programs, or run the flow on a real Pie server", language)
}
