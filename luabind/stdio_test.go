package luabind_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/transcript"
	"github.com/pierun/pierun/luabind"
	"github.com/pierun/pierun/pie/engine"
)

func TestPrint(t *testing.T) {
	for code, want := range map[string]string{
		`print()`:                          "\n",
		`print("a", 1, nil, true, 1.5)`:    "a\t1\tnil\ttrue\t1.5\n",
		`io.write("a", 1, "b\n"):write(2)`: "a1b\n2",
		`io.stdout:write("x")`:             "x",
		`print(setmetatable({}, { __tostring = function() return "shown" end }))`: "shown\n",
		`print(io.type(io.stdout), io.type(io.stdin), io.type(7))`:                "file\tfile\tnil\n",
		`io.stdout:setvbuf("no") io.stdout:flush() print(io.stdout:seek())`:       "nil\ta standard stream cannot seek\n",
		`print(io.output() == io.stdout, io.input() == io.stdin)`:                 "true\ttrue\n",
		`local s = setmetatable({}, { __tostring = function() task.sleep(1) return "waited" end })
		 task.spawn(function() print("other") end) print(s, s)`: "other\nwaited\twaited\n",
	} {
		if out, err := play(t, code); out != want || err != nil {
			t.Errorf("%s printed %q, %v", code, out, err)
		}
	}
}

func TestStderr(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		err := h.run(`io.stderr:write("a", 1, "\n")`)
		if err != nil || h.stderr.String() != "a1\n" || h.stdout.String() != "" {
			t.Errorf("%q, %v", h.stderr.String(), err)
		}
	})
}

func TestRedirectedOutput(t *testing.T) {
	path := t.TempDir() + "/out.txt"
	script := "io.output(" + quote(path) + ") io.write('into the file') io.close() io.write('on stdout') " +
		"io.input(" + quote(path) + ") print(io.read('*a')) for line in io.lines(" + quote(path) + ") do print(line) end"
	out, err := play(t, script)
	if out != "on stdoutinto the file\ninto the file\n" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := play(t, "io.output('/no/such/folder/x')"); err == nil || asError(t, err).Kind != "io" {
		t.Errorf("a file that cannot be opened: %v", err)
	}
}

func quote(s string) string { return "[[" + s + "]]" }

func TestRead(t *testing.T) {
	const input = "first line\nsecond\n\n12 0x1 -3.5e2 word\nlast"
	for code, want := range map[string]string{
		`print(io.read())`:                                         "first line\n",
		`print(io.read("*l", "*L"))`:                               "first line\tsecond\n\n",
		`print(io.stdin:read(5, 0, 3))`:                            "first\t\t li\n",
		`for line in io.lines() do io.write("[", line, "]") end`:   "[first line][second][][12 0x1 -3.5e2 word][last]",
		`for l in io.stdin:lines() do io.write(#l, " ") end`:       "10 6 0 18 4 ",
		`print(#io.read("*a"), io.read("*a"), io.read("*l"))`:      "42\t\tnil\n",
		`io.read() io.read() io.read() print(io.read("*n", "*n"))`: "12\t1\n",
		`io.read() io.read() io.read() io.read("*n") io.read("*n") print(io.read("*n")) print(io.read("*n"))`: "-350\nnil\n",
		`io.read("*a") print(io.read(1), io.read(0))`:                                                         "nil\tnil\n",
	} {
		if out, err := play(t, code, withInput(input)); out != want || err != nil {
			t.Errorf("%s printed %q, %v", code, out, err)
		}
	}
	if _, err := play(t, `io.read("*x")`); err == nil || asError(t, err).Kind != "usage" {
		t.Errorf("a wrong format: %v", err)
	}
}

// Waiting for input suspends the one task; what a cancelled one had asked for is the next one's.
func TestReadSuspendsTheTask(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, w := io.Pipe()
		h := newHost(t, func(h *host, _ *engine.Config) { h.config.Stdin = r })
		time.AfterFunc(3*time.Second, func() {
			_, _ = io.WriteString(w, "typed\n")
			_ = w.Close()
		})
		err := h.run(`
local ticks = 0
local ticker = task.spawn(function() while true do task.sleep(1) ticks = ticks + 1 end end)
print(pcall(task.timeout, 0.5, io.read))
print(io.read(), ticks)
ticker:cancel()`)
		out := h.stdout.String()
		if err != nil || !strings.Contains(out, "timeout") || !strings.HasSuffix(out, "typed\t2\n") && !strings.HasSuffix(out, "typed\t3\n") {
			t.Errorf("%q, %v", out, err)
		}
	})
}

// slowWriter takes nothing until it is opened.
type slowWriter struct {
	transcript.Transcript
	open chan struct{}
}

func (s *slowWriter) Write(p []byte) (int, error) {
	<-s.open
	return s.Transcript.Write(p)
}

// How much may wait before a print does is the host's to say.
func TestTheBoundOfTheOutput(t *testing.T) {
	for bound, lines := range map[int64]int{0: 1048, 64 << 10: 66, 1: 1} {
		bubble(t, func(t *testing.T) {
			slow := &slowWriter{open: make(chan struct{})}
			time.AfterFunc(5*time.Second, func() { close(slow.open) })
			h := newHost(t, func(h *host, _ *engine.Config) { h.config.Stdout, h.config.StdoutBuffer = slow, bound })
			err := h.run(`
local line, printed, seen = ("x"):rep(1000), 0, nil
print("begins") task.sleep(1) -- the writer has that, and waits
task.spawn(function() task.sleep(2) seen = printed end)
for i = 1, 2000 do print(line) printed = i end
io.stderr:write(seen)`)
			if got := h.stderr.String(); err != nil || got != fmt.Sprint(lines) {
				t.Errorf("a bound of %d: %q lines, %v", bound, got, err)
			}
		})
	}
}

// A full output suspends who prints and nobody else; nothing is lost or mixed.
func TestAFullOutputSuspendsTheTask(t *testing.T) {
	bubble(t, func(t *testing.T) {
		slow := &slowWriter{open: make(chan struct{})}
		time.AfterFunc(5*time.Second, func() { close(slow.open) })
		h := newHost(t, func(h *host, _ *engine.Config) { h.config.Stdout = slow })
		err := h.run(`
local line = ("x"):rep(1000)
local printed, seen = 0, nil
task.spawn(function() task.sleep(2) seen = printed end)
for i = 1, 5000 do print(i, line) printed = i end
io.stderr:write(task.now(), " ", seen)`)
		if err != nil {
			t.Fatal(h.rt.Describe(err))
		}
		var when, seen int
		if _, err := fmt.Sscan(h.stderr.String(), &when, &seen); err != nil || when != 5 || seen == 0 || seen == 5000 {
			t.Errorf("%q: want 5 s and a stop between", h.stderr.String())
		}
		lines := strings.Split(slow.String(), "\n")
		if len(lines) != 5001 || !strings.HasPrefix(lines[4999], "5000\t") {
			t.Errorf("%d lines", len(lines))
		}
	})
}

// brokenWriter fails with an error from the second write on.
type brokenWriter struct {
	err    error
	writes int
}

func (b *brokenWriter) Write(p []byte) (int, error) {
	if b.writes++; b.writes > 1 {
		return 0, b.err
	}
	return len(p), nil
}

func TestAClosedOutputEndsTheScript(t *testing.T) {
	for _, cause := range []error{syscall.EPIPE, &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}, io.ErrClosedPipe} {
		bubble(t, func(t *testing.T) {
			h := newHost(t, func(h *host, _ *engine.Config) { h.config.Stdout = &brokenWriter{err: cause} })
			h.start()
			err := h.rt.RunString(t.Context(), "test.lua", `pie.launch("echo") while true do print("x") task.sleep(1) end`)
			if !errors.Is(err, luabind.ErrStdoutClosed) {
				t.Errorf("%v gives %v", cause, err)
			}
			if n := len(h.engine.Instances()); n != 0 {
				t.Errorf("%d instances are left", n)
			}
			h.stop()
		})
	}
	_, err := play(t, `print("a") task.sleep(1) print("b")`, func(h *host, _ *engine.Config) {
		h.config.Stdout = &brokenWriter{err: errors.New("disk full")}
	})
	if e := asError(t, err); e.Kind != "io" || !strings.Contains(e.Message, "disk full") {
		t.Errorf("another failure: %v", err)
	}
}

func TestExecute(t *testing.T) { // outside of a bubble: a child process lives in real time
	h := newHost(t)
	err := h.run(`print(os.execute(), os.execute("exit 3"))
print(os.execute("echo to stdout; echo to stderr >&2"))`)
	if err != nil || h.stdout.String() != "1\t3\nto stdout\n0\n" || h.stderr.String() != "to stderr\n" {
		t.Errorf("%q, %q, %v", h.stdout.String(), h.stderr.String(), err)
	}
	_, err = play(t, `io.popen("ls")`)
	if e := asError(t, err); e.Kind != "unsupported" || e.Hint == "" {
		t.Errorf("popen: %v", err)
	}
}
