package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// sample is what one process did in one case.
type sample struct {
	seconds  float64 // between its marks; for the start: from its start to the first mark
	cpu      float64 // seconds of CPU that it used meanwhile
	server   float64 // … and the server
	before   int64   // resident bytes at the first mark
	after    int64   // … at the second
	peak     int64   // the most ever, up to the second
	lost     int     // what never came
	finished bool
}

// restTime is how long a client is at rest before its memory is looked at.
const restTime = 2 * time.Second

// caseLimit is the longest that one client may take for one case.
const caseLimit = 3 * time.Minute

// runCase starts the client, waits for its marks and looks at it at each.
func runCase(ctx context.Context, p *prepared, k benchCase, srv *serverProcess) (s sample, err error) {
	ctx, cancel := context.WithTimeout(ctx, caseLimit)
	defer cancel()
	args := append(append([]string{}, p.command[1:]...), srv.uri, k.word, strconv.Itoa(k.n), strconv.Itoa(k.m))
	cmd := exec.CommandContext(ctx, p.command[0], args...)
	cmd.Env = append(os.Environ(), p.env...)
	var words bytes.Buffer
	cmd.Stderr = &words
	in, _ := cmd.StdinPipe()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return s, err
	}
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return s, err
	}
	err = s.watch(bufio.NewReader(out), cmd.Process.Pid, srv, started, k.unit)
	_ = in.Close()
	_, _ = io.Copy(io.Discard, out)
	if waited := cmd.Wait(); err == nil && waited != nil && k.unit != bytesEach {
		err = waited
	}
	if err != nil {
		err = fmt.Errorf("%s, %s: %w: %s", p.name, k.name, err, lastLine(words.String()))
	}
	return s, err
}

// watch reads the marks.
func (s *sample) watch(out *bufio.Reader, pid int, srv *serverProcess, started time.Time, u unit) error {
	first := u == millisFirst
	if _, err := mark(out, "begin"); err != nil {
		return err
	}
	from := time.Now()
	if first {
		s.seconds = from.Sub(started).Seconds()
	}
	cpu, server := cpuOf(pid), cpuOf(srv.pid)
	s.before, _ = residentOf(pid)
	if !first {
		from = time.Now()
	}
	rest, err := mark(out, "end")
	if err != nil {
		return err
	}
	if !first {
		s.seconds = time.Since(from).Seconds()
	}
	s.cpu, s.server = cpuOf(pid)-cpu, cpuOf(srv.pid)-server
	if u == bytesEach { // what it holds at rest is the question, not what it used to get there
		time.Sleep(restTime)
	}
	s.after, s.peak = residentOf(pid)
	if n, _ := fmt.Sscanf(rest, "%g lost %d", &s.seconds, &s.lost); rest != "" && n != 2 {
		return errors.New("a mark that cannot be read: " + rest)
	}
	s.finished = true
	return nil
}

// mark waits for a line that begins with word and gives the rest of it.
func mark(out *bufio.Reader, word string) (rest string, err error) {
	line, err := out.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("no %q: %w", word, err)
	}
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), word)
	if !ok {
		return "", fmt.Errorf("%q instead of %q", line, word)
	}
	return strings.TrimSpace(rest), nil
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// cpuOf is the CPU time that a process has used so far, in seconds; 0 where the system does not tell.
func cpuOf(pid int) float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}

// residentOf is how many bytes of a process are resident, now and at most so far.
func residentOf(pid int) (now, peak int64) {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(data)) {
		name, value, _ := strings.Cut(line, ":")
		kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			now = kib << 10
		case "VmHWM":
			peak = kib << 10
		}
	}
	return now, peak
}

// serverProcess is the server at work.
type serverProcess struct {
	uri  string
	pid  int
	stop func()
}

func startServer(ctx context.Context) (*serverProcess, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe, "serve")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	uri, err := bufio.NewReader(out).ReadString('\n')
	stop := func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	return &serverProcess{uri: strings.TrimSpace(uri), pid: cmd.Process.Pid, stop: stop}, err
}
