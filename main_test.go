package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pierun/pierun/internal/cli/clitest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pierun": main})
}

// TestCommand runs the scripts of the command's own folder against the real main function, each call in a process of
// its own, so that signals, streams and exit codes are those of a person's shell.
func TestCommand(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "internal/cli/testdata/script",
		RequireExplicitExec: true,
		Setup:               clitest.Setup,
		Cmds:                clitest.Commands(),
	})
}
