// Package examples_test runs every example as a user would and compares what it prints with the .out file beside it.
// PIERUN_UPDATE=1 writes those files anew.
package examples_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pierun/pierun/internal/cli"
)

func TestExamples(t *testing.T) {
	scripts, err := filepath.Glob("*.lua")
	if err != nil || len(scripts) < 10 {
		t.Fatalf("%d examples, %v", len(scripts), err)
	}
	for _, script := range scripts {
		t.Run(script, func(t *testing.T) { compare(t, script) })
	}
}

func compare(t *testing.T, script string) {
	var stdout, stderr bytes.Buffer
	env := cli.Env{Args: []string{"--progress", "none", script}, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr}
	code := cli.Run(t.Context(), env)
	first, rest, _ := strings.Cut(stderr.String(), "\n") // the first line says that the engine is simulated
	if code != 0 || !strings.Contains(first, "simulated") || rest != "" {
		t.Fatalf("exit %d\n%s", code, stderr.String())
	}
	golden := strings.TrimSuffix(script, ".lua") + ".out"
	if os.Getenv("PIERUN_UPDATE") != "" {
		if err := os.WriteFile(golden, stdout.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := stdout.String(); got != string(want) {
		t.Errorf("it printed\n%s\nand not, as %s says,\n%s", got, golden, want)
	}
}
