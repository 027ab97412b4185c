package luabind_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// playFolder runs flow.lua of a folder with these files.
func playFolder(t *testing.T, files map[string]string) (stdout string, err error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		h.start()
		err = h.rt.RunFile(context.Background(), filepath.Join(dir, "flow.lua"))
		h.stop()
		stdout = h.stdout.String()
	})
	return stdout, err
}

func TestRequire(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"the host's modules", map[string]string{
			"flow.lua": `for _, m in ipairs{"pie","task","flow","json","jsonl","fs","log","args","try"} do assert(require(m) == _G[m], m) end print(require("string") == string)`,
		}, "true\n"},
		{"once", map[string]string{
			"flow.lua": `print(require("m") == require("m"), package.loaded.m ~= nil)`,
			"m.lua":    `io.write("loaded ") return {}`,
		}, "loaded true\ttrue\n"},
		{"no value", map[string]string{
			"flow.lua": `print(require("m"))`, "m.lua": ``,
		}, "true\n"},
		{"package.loaded set by the module", map[string]string{
			"flow.lua": `print(require("m"))`, "m.lua": `package.loaded[...] = "set"`,
		}, "set\n"},
		{"preload", map[string]string{
			"flow.lua": `package.preload.p = function(name) return name .. "!" end print(require("p"))`,
		}, "p!\n"},
		{"a module that waits, wanted by two", map[string]string{
			"flow.lua": `local n = task.all { function() return require("m") end, function() return require("m") end } print(n[1] == n[2])`,
			"m.lua":    `io.write("loaded ") task.sleep(1) return {}`,
		}, "loaded true\n"},
		{"a module that fails, wanted by two", map[string]string{
			"flow.lua": `local r = task.settle { function() require("m") end, function() require("m") end }
				print(r[1].error.message, r[2].error.message, pcall(require, "m"))`,
			"m.lua": `task.sleep(1) error("not today", 0)`,
		}, "not today\tnot today\tfalse\tnot today\n"},
		{"a second try", map[string]string{
			"flow.lua": `try(require, "m") ready = true print(require("m"))`,
			"m.lua":    `if not ready then error("not yet") end return "now"`,
		}, "now\n"},
		{"a first line of the shell", map[string]string{
			"flow.lua": `print(require("m"))`, "m.lua": "#!/usr/bin/env pierun\nreturn 'fine'",
		}, "fine\n"},
		{"a loader that is cancelled", map[string]string{
			"flow.lua": `local a = task.spawn(function() require("m") end)
				task.sleep(1) a:cancel() try(a.join, a) quick = true print(require("m"))`,
			"m.lua": `if not quick then task.sleep(100) end return "later"`,
		}, "later\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if out, err := playFolder(t, c.files); out != c.want || err != nil {
				t.Errorf("%q, %v", out, err)
			}
		})
	}
}

// A script that is called through a link finds its modules beside itself, and before that beside the link.
func TestRequireThroughALink(t *testing.T) {
	home, bin := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{
		filepath.Join(home, "flow.lua"): `print(require("here"), require("both"), (select(2, pcall(require, "none"))))`,
		filepath.Join(home, "here.lua"): `return "beside the script"`,
		filepath.Join(home, "both.lua"): `return "beside the script"`,
		filepath.Join(bin, "both.lua"):  `return "beside the link"`,
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(bin, "flow")
	if err := os.Symlink(filepath.Join(home, "flow.lua"), link); err != nil {
		t.Fatal(err)
	}
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		h.start()
		err := h.rt.RunFile(context.Background(), link)
		h.stop()
		out := h.stdout.String()
		if err != nil || !strings.HasPrefix(out, "beside the script\tbeside the link\t") ||
			!strings.Contains(out, filepath.Join(bin, "none.lua")) || strings.Count(out, "none.lua") < 2 {
			t.Errorf("%q, %v", out, err)
		}
	})
}

func TestRequireFails(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"not found", map[string]string{"flow.lua": `require("some.thing")`},
			[]string{"flow.lua:1", `module "some.thing" not found`, "pierun has args, ", filepath.Join("some", "thing.lua"), filepath.Join("some", "thing", "init.lua")}},
		{"nearly found", map[string]string{"flow.lua": `require("jsonn")`}, []string{`did you mean "json"?`}},
		{"syntax", map[string]string{"flow.lua": `require("m")`, "m.lua": "local x =\n= 1"}, []string{"m.lua:2"}},
		{"circle", map[string]string{"flow.lua": `require("a")`, "a.lua": `require("b")`, "b.lua": `require("a")`},
			[]string{"b.lua:1", "requires itself"}},
		{"circle of tasks", map[string]string{
			"flow.lua": `task.all { function() require("a") end, function() require("b") end }`,
			"a.lua":    `task.sleep(1) require("b")`, "b.lua": `task.sleep(1) require("a")`},
			[]string{"requires itself"}},
		{"no name", map[string]string{"flow.lua": `require()`}, []string{"usage"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := playFolder(t, c.files)
			if err == nil {
				t.Fatal("nothing was raised")
			}
			e := asError(t, err)
			text := e.Error() + e.Where
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("%q is not in %q", want, text)
				}
			}
		})
	}
}
