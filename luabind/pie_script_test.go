package luabind_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPieScripts runs every case of testdata/pie/*.lua, each on a host of its own. A case begins at a line
// "---- name" and ends at the next one.
func TestPieScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/pie/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases(string(text)) {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".lua")+"/"+c.name, func(t *testing.T) {
				bubble(t, func(t *testing.T) { runCase(t, file, c.code) })
			})
		}
	}
}

func runCase(t *testing.T, file, code string) {
	h := newHost(t)
	if err := h.runNamed(context.Background(), file, code); err != nil {
		t.Errorf("%s%s%s", h.rt.Describe(err), h.stdout.String(), h.stderr.String())
	}
}

type scriptCase struct{ name, code string }

// cases splits a file. Each code has as many lines before it as in the file, so that errors name the right one.
func cases(text string) []scriptCase {
	var list []scriptCase
	lines := strings.Split(text, "\n")
	for n := 0; n < len(lines); n++ {
		name, is := strings.CutPrefix(lines[n], "---- ")
		if !is {
			continue
		}
		end := n + 1
		for end < len(lines) && !strings.HasPrefix(lines[end], "---- ") {
			end++
		}
		code := `local check = require "testdata.pie.check"` + strings.Repeat("\n", n+1) + strings.Join(lines[n+1:end], "\n")
		list = append(list, scriptCase{strings.ReplaceAll(name, " ", "_"), code})
	}
	return list
}
