//go:build !linux

package clitest

import "github.com/rogpeppe/go-internal/testscript"

// terminal is for Linux: scripts that use it begin with [!linux] skip.
func terminal(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("terminal works on Linux alone")
}
