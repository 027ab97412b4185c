package program

import (
	"errors"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
)

// ErrManifest is wrapped by every error about a manifest.
var ErrManifest = errors.New("bad manifest")

// maxManifest bounds a manifest's text in bytes; real ones are under 4 KiB.
const maxManifest = 1 << 20

// Manifest is what a Pie.toml says of a program. Text is the file as it was read and is what is sent to a server.
//
// Parameters are descriptive: programs accept other inputs than they list, so they are good for a warning, never for
// a refusal. Language and Entry are set for programs installed from source ("javascript", "main").
type Manifest struct {
	Namespace, Name, Version, Description, Language, Entry string

	Parameters   map[string]Parameter
	Dependencies map[string]string // name to exact version
	Text         string
}

// Parameter is one declared input of a program. Type is "string", "int", "float" or "bool".
type Parameter struct {
	Type        string `toml:"type"`
	Optional    bool   `toml:"optional"`
	Description string `toml:"description"`
}

// manifestFile is the layout of Pie.toml; keys that no server reads are left out.
type manifestFile struct {
	Package *struct {
		Name        *string `toml:"name"`
		Version     *string `toml:"version"`
		Description string  `toml:"description"`
	} `toml:"package"`
	Runtime      map[string]any       `toml:"runtime"`
	Parameters   map[string]Parameter `toml:"parameters"`
	Dependencies map[string]string    `toml:"dependencies"`
}

// ParseManifest reads the text of a Pie.toml. A name "namespace/name" is taken apart. The form of name and version
// is not judged here, since generations differ: see [CheckName].
func ParseManifest(text string) (*Manifest, error) {
	if len(text) > maxManifest {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrManifest, len(text), maxManifest)
	}
	var file manifestFile
	if _, err := toml.Decode(text, &file); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrManifest, tomlMessage(err))
	}
	if err := file.check(); err != nil {
		return nil, err
	}
	m := &Manifest{
		Version:      *file.Package.Version,
		Description:  file.Package.Description,
		Language:     word(file.Runtime, "language"),
		Entry:        word(file.Runtime, "entry"),
		Parameters:   file.Parameters,
		Dependencies: file.Dependencies,
		Text:         text,
	}
	m.Namespace, m.Name = splitName(*file.Package.Name)
	return m, nil
}

// Ref is the manifest's name@version, with its namespace if it has one.
func (m *Manifest) Ref() Ref {
	return Ref{Namespace: m.Namespace, Name: m.Name, Version: m.Version}
}

func (f *manifestFile) check() error {
	switch {
	case f.Package == nil:
		return fmt.Errorf("%w: there is no [package] section", ErrManifest)
	case f.Package.Name == nil || *f.Package.Name == "":
		return fmt.Errorf("%w: [package] has no name", ErrManifest)
	case f.Package.Version == nil || *f.Package.Version == "":
		return fmt.Errorf("%w: [package] has no version", ErrManifest)
	}
	for name, p := range f.Parameters {
		if !knownType(p.Type) {
			return fmt.Errorf("%w: parameter %q has the type %q; there are string, int, float and bool", ErrManifest, name, p.Type)
		}
	}
	return nil
}

func knownType(t string) bool {
	return t == "" || t == "string" || t == "int" || t == "float" || t == "bool"
}

func splitName(s string) (namespace, name string) {
	if before, after, found := strings.Cut(s, "/"); found {
		return before, after
	}
	return "", s
}

func word(table map[string]any, key string) string {
	s, _ := table[key].(string)
	return s
}

// tomlMessage keeps the line number of a syntax error, which ParseError.Error alone words less plainly.
func tomlMessage(err error) string {
	var syntax toml.ParseError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("line %d: %s", syntax.Position.Line, syntax.Message)
	}
	return err.Error()
}
