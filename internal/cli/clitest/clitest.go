// Package clitest has the commands that scripts of rogpeppe's testscript need to test the pierun command: exit codes,
// signals at the right moment, and a server of one's own.
//
// Nothing here sleeps: what a script waits for is a line that the command prints.
package clitest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pierun/pierun/internal/transcript"
)

// Commands are the commands beyond testscript's own:
//
//	exits CODE [<FILE] ARGS…        run pierun ARGS and expect the exit code; stdout and stderr are kept
//	when LINE ACTION CODE ARGS…     the same, and once LINE was printed: INT, TERM, HUP, KILL, INT2 (twice), close (stdout),
//	                                or what befalls a real server: kill-server, kill-both, cut (the wire to it)
//	engine ARGS…                    start pierun engine on a free port until the end; its address is in $SERVER,
//	                                host:port alone in $PORT
//	slow KIB                        put a wire of so many KiB a second between that engine and $SERVER
//	terminal CODE ARGS…             the same as exits, with a terminal as stdout and stderr; what it got is in stdout
//	server start [NAME=VALUE…]      start a real server, see SetupReal; its address, behind a wire, is in $SERVER
//	server kill                     kill it; it can be started again, at the same address
//	manager [METHOD]                start a fake Backend.AI manager until the end, which never answers METHOD; BACKEND_… say where
//	manager mute                    one whose images have no interpreter
//	manager pulling                 one whose sessions never have their image
//	set FILE                    set the variables that the lines NAME=VALUE of FILE (stdout: what was printed) name
//	none PATTERN                    no file matches; with ! some do
func Commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"exits":   exits,
		"when":    when,
		"engine":  engine,
		"server":  server,
		"set":     set,
		"manager": manager,
		"none":    none,
		"slow":    slow,

		"terminal": terminal,
	}
}

// settings are the variables that the command looks at, beside the home and the user.
var settings = []string{
	"PIE_SERVER", "PIE_CLI_HOME", "PIE_TOKEN", "PIERUN_KEY_PASSPHRASE", "SSH_AUTH_SOCK", "NO_COLOR", "XDG_STATE_HOME",
	"BACKEND_ACCESS_KEY", "BACKEND_SECRET_KEY", "BACKEND_ENDPOINT", "BACKEND_API_VERSION",
}

// Setup gives each script an empty home and no settings of whoever runs the tests.
func Setup(env *testscript.Env) error {
	hearSignals()
	for _, name := range settings {
		env.Setenv(name, "")
	}
	env.Setenv("HOME", env.WorkDir+"/home")
	env.Setenv("USER", "somebody")
	return os.MkdirAll(env.WorkDir+"/home", 0o755)
}

// command is pierun in the script's folder and environment.
func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	path, err := exec.LookPath("pierun")
	ts.Check(err)
	c := exec.Command(path, args...)
	c.Dir = ts.MkAbs(".")
	// Under the race detector a process waits a second at its end, unless it is told not to.
	c.Env = append(os.Environ(), "PWD="+c.Dir, "GORACE=atexit_sleep_ms=20")
	for _, name := range append([]string{"HOME", "USER"}, settings...) {
		c.Env = append(c.Env, name+"="+ts.Getenv(name))
	}
	return c
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exits CODE [<FILE] ARGS…")
	}
	code, rest := args[0], args[1:]
	var input io.Reader
	if len(rest) > 0 && strings.HasPrefix(rest[0], "<") {
		input, rest = strings.NewReader(ts.ReadFile(rest[0][1:])), rest[1:]
	}
	c := command(ts, rest)
	c.Stdin, c.Stdout, c.Stderr = input, ts.Stdout(), ts.Stderr()
	expect(ts, c.Run(), code)
}

// expect compares how a process ended with the code that was asked for.
func expect(ts *testscript.TestScript, err error, code string) {
	got := 0
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != code {
		ts.Fatalf("exit code %d, want %s", got, code)
	}
}

func when(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: when LINE ACTION CODE ARGS…")
	}
	line, action, code := args[0], args[1], args[2]
	c := command(ts, args[3:])
	stderr := new(transcript.Transcript)
	c.Stderr = stderr
	stdout, err := c.StdoutPipe()
	ts.Check(err)
	ts.Check(c.Start())
	defer func() { _ = c.Process.Kill() }()
	lines := bufio.NewReader(stdout)
	ts.Check(readUntil(lines, line, ts.Stdout()))
	act(ts, c, action, stdout, stderr)
	if action != "close" {
		_, err = io.Copy(ts.Stdout(), lines)
		ts.Check(err)
	}
	err = c.Wait()
	_, _ = io.WriteString(ts.Stderr(), stderr.String())
	expect(ts, err, code)
}

func act(ts *testscript.TestScript, c *exec.Cmd, action string, stdout io.Closer, stderr *transcript.Transcript) {
	signals := map[string]os.Signal{"INT": os.Interrupt, "INT2": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": os.Kill}
	if action == "close" {
		ts.Check(stdout.Close())
		return
	}
	if s, real := ts.Value(realKey{}).(*realServer); real && s.befall(action, c.Process) {
		return
	}
	signal, known := signals[action]
	if !known {
		ts.Fatalf("unknown action %s", action)
	}
	ts.Check(c.Process.Signal(signal))
	if action == "INT2" {
		<-stderr.Seen("ending what runs")
		go again(c.Process, signal)
	}
}

// again sends a signal until the process has ended, as somebody does who wants to get away: at first it counts as the
// first one once more.
func again(p *os.Process, signal os.Signal) {
	for p.Signal(signal) == nil {
		<-time.After(50 * time.Millisecond)
	}
}

func readUntil(r *bufio.Reader, line string, copyTo io.Writer) error {
	for {
		text, err := r.ReadString('\n')
		_, _ = io.WriteString(copyTo, text)
		if strings.TrimSpace(text) == line {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the line %q never came: %w", line, err)
		}
	}
}

func engine(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: engine ARGS…")
	}
	c := command(ts, append([]string{"engine", "--listen", "127.0.0.1:0"}, args...))
	stderr := new(transcript.Transcript)
	c.Stderr = stderr
	ts.Check(c.Start())
	ended := make(chan struct{})
	go func() {
		_ = c.Wait() // how it ends is seen in what it printed
		close(ended)
	}()
	ts.Defer(func() {
		_ = c.Process.Signal(os.Interrupt)
		<-ended
	})
	select {
	case <-stderr.Seen("listening on "):
	case <-ended:
		ts.Fatalf("the engine ended: %s", stderr.String())
	}
	_, address, _ := strings.Cut(stderr.String(), "listening on ")
	address, _, _ = strings.Cut(address, "\n")
	ts.Setenv("SERVER", address)
	_, port, _ := strings.Cut(address, "://")
	ts.Setenv("PORT", port)
}

func set(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: set FILE")
	}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if name, value, found := strings.Cut(strings.TrimSpace(line), "="); found {
			ts.Setenv(name, value)
		}
	}
}

func none(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: none PATTERN")
	}
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if (len(found) > 0) != neg {
		ts.Fatalf("there are %d: %q", len(found), found)
	}
}
