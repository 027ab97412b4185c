package program

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// folder writes files into a new folder and returns it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const jsManifest = "[package]\nname = 'two'\nversion = '1.0.0'\n[runtime]\nlanguage = 'javascript'\nentry = 'main'\n"

func TestLoad(t *testing.T) {
	root := folder(t, map[string]string{
		"one/hello world.js": "export const main = 1",
		"two/Pie.toml":       jsManifest,
		"two/two.js":         "2",
		"two/other.js":       "3",
		"own/own.toml":       "[package]\nname = 'mine'\nversion = '0.0.1'\n",
		"own/own.wasm":       "\x00asm",
		"cargo/Pie.toml":     "[package]\nname = 'my-app'\nversion = '0.1.0'\n",
		"cargo/target/wasm32-wasip2/release/my_app.wasm": "\x00asm",
		"built/any.wasm": string(component(exports(export(0, "pie:inside/run", 5, 0, 0)))),
		"script.py":      "def main(x): pass",
	})
	tests := []struct{ path, ref, file, language string }{
		{"one/hello world.js", "hello-world@" + HashVersion([]byte("export const main = 1")), "hello world.js", "javascript"},
		{"two", "two@1.0.0", "two.js", "javascript"},
		{"two/other.js", "two@1.0.0", "other.js", "javascript"},
		{"own/own.wasm", "mine@0.0.1", "own.wasm", ""},
		{"cargo", "my-app@0.1.0", "my_app.wasm", ""},
		{"cargo/target/wasm32-wasip2/release/my_app.wasm", "my-app@0.1.0", "my_app.wasm", ""},
		{"built/any.wasm", "inside@" + HashVersion(component(exports(export(0, "pie:inside/run", 5, 0, 0)))), "any.wasm", ""},
		{"script.py", "script@" + HashVersion([]byte("def main(x): pass")), "script.py", "python"},
	}
	for _, test := range tests {
		p, err := Load(filepath.Join(root, filepath.FromSlash(test.path)))
		if err != nil {
			t.Errorf("%s: %v", test.path, err)
			continue
		}
		if p.Manifest.Ref().String() != test.ref || p.File != test.file || p.Manifest.Language != test.language || len(p.Bytes) == 0 {
			t.Errorf("%s: %s from %s, language %q", test.path, p.Manifest.Ref(), p.File, p.Manifest.Language)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	root := folder(t, map[string]string{
		"empty/readme":     "",
		"unbuilt/Pie.toml": "[package]\nname = 'a'\nversion = '0.1.0'\n",
		"several/Pie.toml": "[package]\nname = 'a'\nversion = '0.1.0'\n",
		"several/b.wasm":   "b",
		"several/c.wasm":   "c",
		"damaged/Pie.toml": "[package",
		"damaged/a.wasm":   "a",
		"nameless/---.js":  "x",
	})
	tests := map[string]error{
		"missing": fs.ErrNotExist, "empty": ErrLoad, "unbuilt": ErrLoad, "several": ErrLoad,
		"damaged": ErrManifest, "damaged/a.wasm": ErrManifest, "nameless/---.js": ErrLoad,
	}
	for path, want := range tests {
		if p, err := Load(filepath.Join(root, filepath.FromSlash(path))); !errors.Is(err, want) {
			t.Errorf("%s: %+v, %v; want %v", path, p, err, want)
		}
	}
}
