package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/pierun/pierun/luabind"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// call runs the command in this process, with an environment of pairs.
func call(ctx context.Context, args []string, pairs ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = Run(ctx, Env{Args: args, Stdout: &out, Stderr: &errs, Getenv: environment(pairs...)})
	return code, out.String(), errs.String()
}

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestRunWithoutAProcess(t *testing.T) {
	code, stdout, stderr := call(t.Context(), []string{"-e", "print(arg[1])", "word"})
	if code != exitOK || stdout != "word\n" || stderr != "" {
		t.Errorf("%d, %q, %q", code, stdout, stderr)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(Signalled(syscall.SIGTERM))
	code, _, stderr := call(ctx, []string{"-e", "task.sleep(600)"})
	if code != exitTerminate || !strings.Contains(stderr, "SIGTERM: ended") {
		t.Errorf("%d, %q", code, stderr)
	}
}

// The compiler cannot be interrupted; a run that has not begun ends all the same.
func TestCompilingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(Signalled(os.Interrupt))
	code, _, stderr := call(ctx, []string{"-e", "local a = 0\n" + strings.Repeat("a = a + 1\n", 7_000)})
	if code != exitInterrupt || !strings.Contains(stderr, "Ctrl-C: ended; nothing that this run launched is left running") {
		t.Errorf("%d, %q", code, stderr)
	}
	for goleak.Find() != nil { // the compiler goes on for nobody, and ends
	}
}

// full is a standard output that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestWhatCannotBePrintedIsAnError(t *testing.T) {
	for _, args := range []string{"--help", "help run", "engine --help", "version", "programs", "-e print(1)"} {
		var errs bytes.Buffer
		code := Run(t.Context(), Env{Args: strings.SplitN(args, " ", 2), Stdout: full{}, Stderr: &errs})
		if code != exitError || !strings.Contains(errs.String(), "no space left on device") {
			t.Errorf("%s: %d, %q", args, code, errs.String())
		}
	}
}

func TestEngineEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(Signalled(os.Interrupt))
	code, _, stderr := call(ctx, []string{"engine", "--listen", "127.0.0.1:0"})
	if code != exitInterrupt {
		t.Errorf("%d, %q", code, stderr)
	}
}

func TestScriptOnStandardInputEndsWithItsContext(t *testing.T) {
	typed, keyboard := io.Pipe()
	defer func() { _ = keyboard.Close() }()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(Signalled(os.Interrupt))
	if code := Run(ctx, Env{Args: []string{"-"}, Stdin: typed}); code != exitInterrupt {
		t.Errorf("exit code %d", code)
	}
	if code, stdout, stderr := call(t.Context(), []string{"-"}); code != exitOK || stdout+stderr != "" {
		t.Errorf("no input at all: %d, %q, %q", code, stdout, stderr)
	}
}

// A cleanup that hangs is given up on, in time.
func TestBoundedGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &app{env: Env{}.withDefaults()}
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, Signalled(os.Interrupt))
		defer cancel()
		stuck := make(chan struct{})
		defer close(stuck)
		began := time.Now()
		err := a.bounded(ctx, 5*time.Second, func() error { <-stuck; return nil })
		if took := time.Since(began); !errors.Is(err, errOverdue) || took != time.Minute+15*time.Second+closing {
			t.Errorf("%v after %v", err, took)
		}
		if code := a.finish(a.overdue(ctx, nil)); code != exitInterrupt {
			t.Errorf("exit code %d", code)
		}
	})
}

func TestCodeOf(t *testing.T) {
	tests := []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("any"), 1},
		{luavalue.Errorf(luavalue.KindUsage, "x"), 1},
		{luavalue.Errorf(luavalue.KindTimeout, "x"), 1},
		{luavalue.Errorf(luavalue.KindConnect, "x"), 5},
		{luavalue.Errorf(luavalue.KindAuth, "x"), 5},
		{luavalue.Errorf(luavalue.KindBudget, "x"), 6},
		{&pie.Error{Kind: pie.KindConnect}, 5},
		{&pie.Error{Kind: pie.KindAuth}, 5},
		{&pie.Error{Kind: pie.KindTimeout}, 1},
		{&luabind.ExitError{Code: 9}, 9},
		{luabind.ErrStdoutClosed, 141},
		{Signalled(os.Interrupt), 130},
		{Signalled(syscall.SIGTERM), 143},
		{Signalled(syscall.SIGHUP), 129},
		{&Stop{Code: 124}, 124},
		{fmt.Errorf("around: %w", Signalled(os.Interrupt)), 130},
	}
	for _, test := range tests {
		if got := codeOf(test.err); got != test.want {
			t.Errorf("%v: exit code %d, want %d", test.err, got, test.want)
		}
	}
}

// What comes at once after a signal is the same one; what comes later is another.
func TestAgain(t *testing.T) {
	signals, settled := make(chan os.Signal), make(chan time.Time)
	code := make(chan int)
	go func() { code <- Again(signals, settled).Code }()
	signals <- os.Interrupt
	signals <- os.Interrupt
	settled <- time.Time{}
	signals <- syscall.SIGTERM
	if got := <-code; got != exitTerminate {
		t.Errorf("code %d", got)
	}
}

func TestWords(t *testing.T) {
	tests := map[string]string{
		"":                    "help --short",
		"--help x":            "help x",
		"-h":                  "help",
		"--version":           "version",
		"flow.lua run":        "run flow.lua run",
		"run flow.lua":        "run flow.lua",
		"-e x ping":           "run -e x -- ping",
		"ping --server x":     "ping --server x",
		"--server x flow.lua": "run --server x flow.lua",
		"-":                   "run -",
		"./engine":            "run ./engine",
	}
	for typed, want := range tests {
		a := &app{env: Env{Args: strings.Fields(typed)}}
		a.commands = append(a.commands, a.runCommand(), a.pingCommand(), a.engineCommand(), a.versionCommand(), a.helpCommand())
		if got := strings.Join(a.words(), " "); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}

func TestUserName(t *testing.T) {
	home := t.TempDir()
	write := func(text string) {
		folder := filepath.Join(home, ".pie")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "cli_config.toml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want string, pairs ...string) {
		t.Helper()
		if got := userName(Env{Getenv: environment(pairs...)}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	expect("")
	expect("login", "USER", "login", "HOME", home)
	write(`username = "configured"`)
	expect("configured", "USER", "login", "HOME", home)
	expect("configured", "PIE_CLI_HOME", filepath.Join(home, ".pie"))
	write(`username = `)
	if got := userName(Env{Getenv: environment(), Login: func() string { return "system" }}); got != "system" {
		t.Errorf("got %q from the system", got)
	}
	expect("windows", "USERNAME", "windows", "USERPROFILE", home)
}

func TestIsServer(t *testing.T) {
	for address, want := range map[string]bool{
		"ws://h:1": true, "wss://h/path": true, "h:1": true, "h": true, "[::1]:80": true,
		"http://h": false, "ws://": false, "://": false, "ws://h:x": false, "a b": false,
	} {
		if got := isServer(address); got != want {
			t.Errorf("isServer(%q) = %v", address, got)
		}
	}
}

func TestMachineMemory(t *testing.T) {
	if got := machineMemory(); got < 16<<20 {
		t.Errorf("this machine has %d bytes?", got)
	}
}
