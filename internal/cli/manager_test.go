//go:build manager

package cli

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// These tests need the manager of internal/backendai/testdata/manager, and run the real binary:
//
//	internal/backendai/testdata/manager/start.sh > env.sh && set -a && . ./env.sh && go test -tags manager -run TestManager ./internal/cli

// built makes the binary, and gives a function that runs it with an empty home.
func built(t *testing.T) (command func(args ...string) *exec.Cmd) {
	t.Helper()
	if os.Getenv("PIERUN_BACKENDAI_MANAGER") == "" {
		t.Fatal("PIERUN_BACKENDAI_MANAGER is not set: internal/backendai/testdata/manager/start.sh prints it")
	}
	dir := t.TempDir()
	binary := filepath.Join(dir, "pierun")
	if out, err := exec.Command("go", "build", "-o", binary, "github.com/pierun/pierun").CombinedOutput(); err != nil {
		t.Fatalf("%s%v", out, err)
	}
	return func(args ...string) *exec.Cmd {
		c := exec.Command(binary, args...)
		c.Dir, c.Env = dir, append(os.Environ(), "HOME="+dir, "XDG_STATE_HOME=")
		return c
	}
}

// says runs a command, which must end with a code and print what the pattern says, on both streams together.
func says(t *testing.T, c *exec.Cmd, code int, pattern string) string {
	t.Helper()
	out, err := c.CombinedOutput()
	got := 0
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		got = ended.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if got != code || !regexp.MustCompile("(?s)"+pattern).Match(out) {
		t.Errorf("pierun %q: exit %d, want %d, with %q in\n%s", c.Args[1:], got, code, pattern, out)
	}
	return string(out)
}

func TestManagerCommands(t *testing.T) {
	pierun := built(t)
	image, name := os.Getenv("BACKEND_IMAGE"), "command-line-"+time.Now().Format("150405")
	t.Cleanup(func() { _ = pierun("backendai", "rm", name).Run() }) // of a test that failed
	run := func(words ...string) *exec.Cmd {
		return pierun(append([]string{"backendai", "run", "--image", image, "--name", name, "--resource", "cpu=1", "--resource", "mem=256m"}, words...)...)
	}
	says(t, run("--keep", "import sys\nprint(6*7)\nprint('to stderr', file=sys.stderr)"), 0, "the session is PENDING.*42\n")
	says(t, run("--shell", "echo from the shell; exit 3"), 3, "from the shell")
	says(t, pierun("backendai", "ps", "--mine"), 0, name+" +RUNNING +"+regexp.QuoteMeta(image)+" .* kept ")
	says(t, pierun("backendai", "info", name), 0, `status +RUNNING\n.*cpu=1 mem=268435456\n.*app sshd +tcp \[2200\]`)
	says(t, pierun("backendai", "logs", name), 0, "Kernel started")
	says(t, run("--image", os.Getenv("BACKEND_OTHER_IMAGE"), "1"), 1, "a live session has that name with another image")
	says(t, pierun("backendai", "rm", "no-such-session"), 1, "it has ended or never was")
	says(t, pierun("backendai", "rm", name), 0, name)
	says(t, pierun("backendai", "info", name), 1, "it has ended or never was")
	says(t, pierun("backendai", "run", "--image", "nowhere", "1"), 1, "No such environment image.*client.image.list")
}

func TestManagerCommandsRefused(t *testing.T) {
	pierun := built(t)
	with := func(pairs ...string) *exec.Cmd {
		c := pierun("backendai", "ps")
		c.Env = append(c.Env, pairs...)
		return c
	}
	says(t, with("BACKEND_ACCESS_KEY="), 2, "set BACKEND_ACCESS_KEY")
	says(t, with("BACKEND_SECRET_KEY=wrong"), 5, "Signature mismatch.*BACKEND_SECRET_KEY")
	says(t, with("BACKEND_ACCESS_KEY="+os.Getenv("BACKEND_INACTIVE_ACCESS_KEY")), 5, "unknown there or inactive")
	says(t, with("BACKEND_ENDPOINT=http://127.0.0.1:1"), 5, "is BACKEND_ENDPOINT right")
	says(t, with("BACKEND_ENDPOINT="+os.Getenv("PIERUN_BACKENDAI_WEB")+"/nothing"), 5, "no Backend.AI manager.*is BACKEND_ENDPOINT the manager's address")
	says(t, with("BACKEND_ENDPOINT_TYPE=session", "BACKEND_ENDPOINT="+os.Getenv("PIERUN_BACKENDAI_WEB"),
		"BACKEND_USER="+os.Getenv("PIERUN_BACKENDAI_WEB_USER"), "BACKEND_PASSWORD="+os.Getenv("PIERUN_BACKENDAI_WEB_PASSWORD")), 0, "^NAME +STATUS")
}

// TestManagerSignals ends a run that owns a session: politely, and by killing it, after which the next run cleans up.
func TestManagerSignals(t *testing.T) {
	pierun := built(t)
	script := `local session = require("backendai").from_env():session{ image = os.getenv("BACKEND_IMAGE"), name = arg[1], resources = { cpu = 1, mem = "256m" }, timeout = "3m" }
print("ready")
task.sleep("10m")`
	signalled := func(name string, signal os.Signal) string {
		c := pierun("-e", script, name)
		stdout, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var stderr bytes.Buffer
		c.Stderr = &stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = pierun("backendai", "rm", name).Run() })
		if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
			t.Fatalf("%q; %s", line, stderr.String())
		}
		_ = c.Process.Signal(signal)
		_, _ = io.Copy(io.Discard, stdout)
		_ = c.Wait()
		return stderr.String()
	}
	polite := signalled("polite-end", syscall.SIGTERM)
	if !strings.Contains(polite, "nothing that this run launched is left running") && !strings.Contains(polite, "pierun backendai rm") {
		t.Errorf("SIGTERM: %s", polite)
	}
	signalled("killed-run", os.Kill)
	says(t, pierun("backendai", "ps", "--mine"), 0, "killed-run +RUNNING .* left over ")
	says(t, pierun("-e", `require("backendai").from_env():verify() task.sleep("30s")`), 0, "left over from pierun .*: destroyed session killed-run")
	says(t, pierun("backendai", "rm", "killed-run"), 1, "it has ended or never was")
}
