package luabind_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pierun/pierun/pie/engine"
)

// TestPieScripts runs every case of testdata/pie/*.lua, each on a host of its own.
func TestPieScripts(t *testing.T) {
	eachCase(t, "testdata/pie/*.lua", func(t *testing.T, c scriptCase) { c.run(t) })
}

// scriptCase is one case of a file: it begins at a line "---- name" and ends at the next one.
type scriptCase struct{ file, name, code string }

// run plays the case in a bubble, on a host of its own.
func (c scriptCase) run(t *testing.T, change ...func(*host, *engine.Config)) {
	bubble(t, func(t *testing.T) {
		h := newHost(t, change...)
		if err := h.runNamed(context.Background(), c.file, c.code); err != nil {
			t.Errorf("%s%s%s", h.rt.Describe(err), h.stdout.String(), h.stderr.String())
		}
	})
}

// eachCase runs f for the cases of the files.
func eachCase(t *testing.T, pattern string, f func(t *testing.T, c scriptCase)) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases(file, string(text)) {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".lua")+"/"+c.name, func(t *testing.T) { f(t, c) })
		}
	}
}

// cases splits a file. Each code has as many lines before it as in the file, so that errors name the right one.
func cases(file, text string) []scriptCase {
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
		list = append(list, scriptCase{file, strings.ReplaceAll(name, " ", "_"), code})
	}
	return list
}
