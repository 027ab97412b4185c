package luabind

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/pierun/pierun/luabind/luavalue"
)

// scriptRun is what a script that ran in a test has left.
type scriptRun struct {
	stdout, stderr string
	report         Report
	err            error
}

// runScript runs a script file in time of its own, where waits cost nothing. change may alter the Config.
func runScript(t *testing.T, path string, change ...func(*Config)) scriptRun {
	t.Helper()
	var run scriptRun
	synctest.Test(t, func(t *testing.T) {
		var stdout, stderr bytes.Buffer
		cfg := Config{Stdout: &stdout, Stderr: &stderr}
		for _, f := range change {
			f(&cfg)
		}
		rt, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		run.err = rt.RunFile(context.Background(), path)
		run.report = rt.Report()
		rt.Close()
		run.stdout, run.stderr = stdout.String(), stderr.String()
	})
	return run
}

// runCode runs code as the file flow.lua in a folder of its own, beside check.lua.
func runCode(t *testing.T, code string, change ...func(*Config)) scriptRun {
	t.Helper()
	dir := t.TempDir()
	check, err := os.ReadFile("testdata/check.lua")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "flow.lua")
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "check.lua"), check, 0o644), os.WriteFile(path, []byte(code), 0o644)); err != nil {
		t.Fatal(err)
	}
	run := runScript(t, path, change...)
	run.stdout = strings.ReplaceAll(run.stdout, dir+string(filepath.Separator), "")
	run.stderr = strings.ReplaceAll(run.stderr, dir+string(filepath.Separator), "")
	return run
}

// TestScripts runs the scripts in testdata, which check what they do themselves. tmp is a folder that each may use.
func TestScripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/*_test.lua")
	if err != nil || len(paths) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), "_test.lua"), func(t *testing.T) {
			run := runScript(t, path, func(c *Config) { c.Args = []string{t.TempDir()} })
			if run.err != nil {
				t.Fatal(explain(run.err))
			}
			if run.stderr != "" {
				t.Error("on standard error:", run.stderr)
			}
		})
	}
}

// explain is an error with its traceback.
func explain(err error) string {
	if e, ok := errors.AsType[*luavalue.Error](err); ok {
		return e.Error() + "\n" + e.Traceback
	}
	return err.Error()
}
