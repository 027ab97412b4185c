//go:build manager

package luabind_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/transcript"
	"github.com/pierun/pierun/luabind"
)

// These tests need the manager of internal/backendai/testdata/manager:
//
//	internal/backendai/testdata/manager/start.sh > env.sh && set -a && . ./env.sh && go test -tags manager -run TestManager ./luabind

// lines are the connections to the manager, which a test may cut.
type lines struct {
	mu   sync.Mutex
	open map[net.Conn]bool
}

func (l *lines) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err == nil {
		l.mu.Lock()
		l.open[c] = true
		l.mu.Unlock()
	}
	return c, err
}

// Read is the script's standard input: a line read from it cuts everything.
func (l *lines) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		c.Close()
	}
	l.open = map[net.Conn]bool{}
	return copy(p, "cut\n"), nil
}

// onRealManager runs a script and gives what it printed; the manager must know of no session afterwards.
func onRealManager(t *testing.T, code string) string {
	t.Helper()
	return onSkewedManager(t, 0, code)
}

// managerScript is one of testdata/manager.
func managerScript(t *testing.T, name string) string {
	t.Helper()
	code, err := os.ReadFile("testdata/manager/" + name + ".lua")
	if err != nil {
		t.Fatal(err)
	}
	return string(code)
}

// skewed is a clock that goes wrong by an amount.
type skewed time.Duration

func (s skewed) Now() time.Time { return time.Now().Add(time.Duration(s)) }
func (skewed) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, f).Stop
}

// onSkewedManager is onRealManager on a machine whose clock is wrong.
func onSkewedManager(t *testing.T, skew time.Duration, code string) string {
	t.Helper()
	if os.Getenv("PIERUN_BACKENDAI_MANAGER") == "" {
		t.Fatal("PIERUN_BACKENDAI_MANAGER is not set: internal/backendai/testdata/manager/start.sh prints it")
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("large.bin", make([]byte, 3_000_000), 0o600); err != nil {
		t.Fatal(err)
	}
	l := &lines{open: map[net.Conn]bool{}}
	var stdout, stderr transcript.Transcript
	rt, err := luabind.New(luabind.Config{Stdout: &stdout, Stderr: &stderr, Stdin: l, Grace: time.Minute, Clock: skewed(skew),
		BackendAI: backendai.Sources{LookupEnv: os.LookupEnv, Arguments: backendai.Config{DialContext: l.DialContext}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	err = rt.RunString(ctx, "manager.lua", code)
	defer rt.Close()
	if err != nil {
		t.Fatalf("%s%s%s", stdout.String(), stderr.String(), rt.Describe(err))
	}
	if left := rt.Report().Unconfirmed; len(left) != 0 {
		t.Errorf("not confirmed: %v", left)
	}
	return stdout.String()
}

func TestManagerFromLua(t *testing.T) {
	got := onRealManager(t, managerScript(t, "first"))
	want := "23.09.10\tdefault\t2\n42\n\nname? got bob\n\n0\n1\n2\n3\ntimeout\tusable\n\n3000000\tlarge\ntrue\na\nTERMINATED\nusage\n"
	if got != want {
		t.Errorf("printed\n%s, want\n%s", got, want)
	}
}

// TestManagerSiteFromLua asks for what needs no session.
func TestManagerSiteFromLua(t *testing.T) {
	got := onRealManager(t, managerScript(t, "site"))
	want := "Infinity\t536870912\tsmall\ndefault\tstable/python\t2\t20\nalice@example.test\ngraphql-error\nalice@example.test\tuser\tdefault\t1\tcount\ntrue\n" +
		"SECOND\tserver\ttrue\t401\tauth-failed\nINACTIVE\tserver\ttrue\t401\tauth-failed\nSignature mismatch\ttrue\n429\trate-limit-exceeded\t30000\n" +
		"true\ttrue\ntrue\ntrue\ttrue\n20800000\t20800000\ttrue\nbgtask_done\nbob@example.test\ttrue\n"
	if got != want {
		t.Errorf("printed\n%s, want\n%s", got, want)
	}
}

func TestManagerClockFromLua(t *testing.T) {
	got := onSkewedManager(t, -16*time.Minute, `
local client = require("backendai").from_env()
local _, err = try(client.verify, client)
print(err.status, err.problem, err.hint:match("1[56]m%S+ apart, and less than 15 minutes are allowed") ~= nil)
`)
	if got != "400\tinvalid-auth-params\ttrue\n" {
		t.Error(got)
	}
}

// TestManagerSessionsFromLua watches one session through everything, takes it away behind the script's back, and has
// another wait in the queue.
func TestManagerSessionsFromLua(t *testing.T) {
	got := onRealManager(t, managerScript(t, "sessions"))
	want := "kernel_started\ta-tag\tblue\n\ntrue\ta|name? Lablup|\ncleaned|built|done|\t3\ttrue\nhello\t1\t3000000\nbelongs to another user\nhello\thello\n127\ntrue\n" +
		"RUNNING\ttrue\nTrue\n\ntimeout\tstill PENDING\nlost\twas lost: TERMINATED\n"
	if got != want {
		t.Errorf("printed\n%s, want\n%s", got, want)
	}
}

// TestManagerNewestFromLua has accounts share folders, logs in at the web server, and types into a session made of a template.
func TestManagerNewestFromLua(t *testing.T) {
	got := onRealManager(t, managerScript(t, "newest"))
	want := "true\ttrue\tfalse\ntrue\tuser\tUser credential mismatch.\nPRIVATE KEY\ttrue\nbgtask_\nbob@example.test\talice@example.test\tro\n" +
		"nil\tbob@example.test\tro\nnil\t404\nnil\t401\nbob@example.test\n\nfalse\ttrue\ttrue\ttrue\nfalse\tUser credential mismatch.\n" +
		"server\tUser credential mismatch.\tfresh one\nYou must provide cookie-based authentication token\nRUNNING\ttrue\tfalse\n" +
		"sshd\tsum-42 33 101\nttyd\tsum-42\nunsupported\tusable\n\ntrue\n"
	if got != want {
		t.Errorf("printed\n%s, want\n%s", got, want)
	}
}

// TestManagerArgumentsFromLua gives the lists of accounts, machines and sessions the JavaScript client's arguments.
func TestManagerArgumentsFromLua(t *testing.T) {
	got := onRealManager(t, managerScript(t, "arguments"))
	want := "alice@example.test\tserver\tForbidden operation\nAKIAREALTESTINACTIVE\tfalse\ndefault\t0\t4\ndefault\tdefault\t0\tALIVE\ntrue\n" +
		"1\tplaced\ttrue\t1\n1\tplaced\tnil\nserver\tCannot query field 'cpu_used'\ntrue\tnil\t0\t0\n"
	if got != want {
		t.Errorf("printed\n%s, want\n%s", got, want)
	}
}

// TestManagerPie serves Pie in a session: twenty instances through the signed tunnel, a cut of it, and nothing is left.
func TestManagerPie(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "pierun")
	build := exec.Command("go", "build", "-o", binary, "github.com/pierun/pierun")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s%v", out, err)
	}
	got := onRealManager(t, strings.ReplaceAll(managerScript(t, "pie"), "BINARY", binary))
	if want := "20\t0\nhello\nlost\tRUNNING\n20\t0\nTERMINATED\n"; got != want {
		t.Errorf("printed\n%s, want\n%s", got, want)
	}
}
