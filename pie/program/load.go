package program

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrLoad is wrapped when a path holds no program.
var ErrLoad = errors.New("no program there")

// maxProgram bounds a program's bytes; it is the cap that servers have by default for an upload.
const maxProgram = 256 << 20

// manifestName is the file that describes a program.
const manifestName = "Pie.toml"

// Package is a program on disk: its bytes, the base name of the file they came from, and its manifest, which is made
// up when there is none (see [Load]).
type Package struct {
	Bytes    []byte
	File     string
	Manifest *Manifest
}

// Load reads a program from a file or a folder.
//
// A file's manifest is "<its name>.toml" or "Pie.toml" beside it, or, for what cargo has built, the Pie.toml of the
// project. A folder has a Pie.toml and one program: the only file of the kind that its language asks for (".wasm"
// when it names none), looked for in the folder and in what cargo builds there. Without a manifest one is
// synthesized: the name is the one compiled in, else the file's, and the version comes from the bytes ([HashVersion]).
//
// Errors are those of the file system, or wrap ErrLoad or ErrManifest.
func Load(path string) (*Package, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return loadFolder(path)
	}
	bytes, err := readFile(path, maxProgram)
	if err != nil {
		return nil, err
	}
	manifest, err := manifestOf(path, bytes)
	if err != nil {
		return nil, err
	}
	return &Package{Bytes: bytes, File: filepath.Base(path), Manifest: manifest}, nil
}

func loadFolder(folder string) (*Package, error) {
	manifest, err := readManifest(filepath.Join(folder, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s has no %s; name the program's file instead", ErrLoad, folder, manifestName)
	}
	if err != nil {
		return nil, err
	}
	file, err := findProgram(folder, manifest)
	if err != nil {
		return nil, err
	}
	bytes, err := readFile(file, maxProgram)
	if err != nil {
		return nil, err
	}
	return &Package{Bytes: bytes, File: filepath.Base(file), Manifest: manifest}, nil
}

// findProgram is the one file of the manifest's language, or of several the one named as the program.
func findProgram(folder string, m *Manifest) (string, error) {
	var found []string
	for _, extension := range extensionsOf(m.Language) {
		for _, pattern := range []string{"*", "target/wasm32-*/release/*"} {
			files, _ := filepath.Glob(filepath.Join(folder, pattern+extension))
			found = append(found, files...)
		}
	}
	if len(found) > 1 {
		if i := slices.IndexFunc(found, func(file string) bool { return nameOf(file) == nameOf(m.Name) }); i >= 0 {
			return found[i], nil
		}
		return "", fmt.Errorf("%w: %s holds several (%s); name the file", ErrLoad, folder, baseNames(found))
	}
	if len(found) == 0 {
		return "", fmt.Errorf("%w: %s holds no %s file; build the program first", ErrLoad, folder, strings.Join(extensionsOf(m.Language), " or "))
	}
	return found[0], nil
}

// manifestOf finds or makes the manifest of one file.
func manifestOf(path string, bytes []byte) (*Manifest, error) {
	for _, candidate := range manifestPlaces(path) {
		m, err := readManifest(candidate)
		if !errors.Is(err, fs.ErrNotExist) {
			return m, err
		}
	}
	name, compiled := ExportedName(bytes)
	if !compiled {
		name = nameOf(path)
	}
	if !isIdentifier(name) {
		return nil, fmt.Errorf("%w: %q gives no program name; put a %s beside it", ErrLoad, filepath.Base(path), manifestName)
	}
	return ParseManifest(Synthesize(name, HashVersion(bytes), languageOf(path), ""))
}

func manifestPlaces(path string) []string {
	folder := filepath.Dir(path)
	stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	places := []string{filepath.Join(folder, stem+".toml"), filepath.Join(folder, manifestName)}
	if target := filepath.Dir(filepath.Dir(folder)); filepath.Base(folder) == "release" && filepath.Base(target) == "target" {
		places = append(places, filepath.Join(filepath.Dir(target), manifestName))
	}
	return places
}

func readManifest(path string) (*Manifest, error) {
	text, err := readFile(path, maxManifest)
	if err != nil {
		return nil, err
	}
	m, err := ParseManifest(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: %s is over %d bytes", ErrLoad, path, limit)
	}
	return b, nil
}

// languageOf is the [runtime] language of a source file; "" is WebAssembly.
func languageOf(path string) string {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".js", ".mjs":
		return "javascript"
	case ".py":
		return "python"
	case ".lua":
		return "lua"
	}
	return ""
}

func extensionsOf(language string) []string {
	switch language {
	case "javascript":
		return []string{".js", ".mjs"}
	case "python":
		return []string{".py"}
	case "lua":
		return []string{".lua"}
	}
	return []string{".wasm"}
}

// nameOf is a program name made of a file's: "text_completion.wasm" is "text-completion".
func nameOf(path string) string {
	base := filepath.Base(path)
	stem := strings.TrimSuffix(base, filepath.Ext(base))
	return strings.Trim(strings.Map(func(r rune) rune {
		if r < 0x80 && isAlphanumeric(byte(r)) {
			return r
		}
		return '-'
	}, stem), "-")
}

func baseNames(files []string) string {
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = filepath.Base(file)
	}
	return strings.Join(names, ", ")
}
