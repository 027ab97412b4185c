package luabind_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An input that the manifest of an installed program does not have is told once, and is no error.
func TestUnknownInputsAreWarnedAbout(t *testing.T) {
	folder := t.TempDir()
	manifest := "[package]\nname = \"greeter\"\nversion = \"0.2.0\"\n[runtime]\nlanguage = \"javascript\"\n[parameters]\nprompt = { type = \"string\" }\n"
	for name, text := range map[string]string{"Pie.toml": manifest, "greeter.js": "export const main = () => 1"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		err := h.run(`local c = pie.connect()
c:install("` + filepath.ToSlash(folder) + `")
for _, name in ipairs({ "greeter", "greeter", "greeter@0.2.0" }) do
  try(c.run, c, name, { promt = "x" })
  try(c.run, c, name, { prompt = "x" })
end
try(c.run, c, "noop", { anything = 1 })`)
		if err != nil {
			t.Fatal(h.rt.Describe(err))
		}
		want := "pierun: test.lua:4: by its manifest, greeter has no input \"promt\"; did you mean \"prompt\"?\n" +
			"pierun: test.lua:4: by its manifest, greeter@0.2.0 has no input \"promt\"; did you mean \"prompt\"?\n"
		if got := h.stderr.String(); got != want {
			t.Errorf("%s", strings.TrimSpace(got))
		}
	})
}
