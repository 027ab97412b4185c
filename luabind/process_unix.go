//go:build unix

package luabind

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// endTogether makes the end of a command that is cancelled the end of what it has started, too: a shell would leave
// that behind.
func endTogether(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
}
