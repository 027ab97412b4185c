package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pierun/pierun/internal/cli/clitest"
)

// TestRealServer runs the scripts that start real servers, and kill, break and hang them, with the command that
// PIE_TEST_START names: see .ci/real-pie/check.
func TestRealServer(t *testing.T) {
	if !clitest.RealServer() {
		t.Log("no real server: PIE_TEST_START is not set (a command that starts one)")
		return
	}
	testscript.Run(t, testscript.Params{
		Dir:                 ".ci/real-pie/scripts",
		RequireExplicitExec: true,
		Setup:               clitest.SetupReal("pie/conformance/testdata/lab"),
		Cmds:                clitest.Commands(),
	})
}
