//go:build unix

package toolserver

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes the process the first of a group.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// askToEnd asks every process of the group.
func askToEnd(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGTERM) } // no such group: it has ended

// killGroup ends every process of the group.
func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) } // as above
