//go:build !unix

package toolserver

import (
	"os"
	"os/exec"
)

// ownGroup has nothing to do where there are no groups of processes.
func ownGroup(*exec.Cmd) {}

// askToEnd has nothing to do where processes cannot be asked.
func askToEnd(*os.Process) {}

// killGroup ends the process.
func killGroup(p *os.Process) { _ = p.Kill() } // an error means that it has ended
