package engine_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/program"
)

// conversations are recorded scenarios with one kind of server; scenarios joined by | went on from each other.
type conversations struct {
	generation, file string
	lab              engine.Program // what is launched there; nil: the scripts of 0.5
	concurrent       int
	scenarios        []string
}

// TestAnswersAsRealServersDid replays recorded conversations.
func TestAnswersAsRealServersDid(t *testing.T) {
	const theWire = "../wire/testdata/real/"
	for _, c := range []conversations{
		{"instance-0.1", theWire + "instance-0.1.jsonl", lab{ticksAsMessages: true}, 0, []string{"0.1 upload launch"}},
		{"instance-hash", theWire + "instance-hash.jsonl", lab{ticksOnStderr: true}, 0,
			[]string{"official client python-0.2.1", "detection probe: auth_identify + ws ping"}},
		{"instance-0.2", theWire + "instance-0.2.jsonl", lab{ticksOnStderr: true}, 0,
			[]string{"detection probe: auth_identify + ws ping", "auth_off", "signals", "detached"}},
		{"instance-0.2", "testdata/instance-0.2.jsonl", lab{ticksOnStderr: true}, 0, []string{"disconnect", "malformed"}},
		{"process-0.3", theWire + "process-0.3.jsonl", lab{}, 0, []string{"auth_off", "signals", "mcp"}},
		{"process-0.4", theWire + "process-0.4.jsonl", lab{}, 0, []string{"auth_off", "signals", "uncaptured", "batch", "mcp"}},
		{"process-0.4", "testdata/process-0.4.jsonl", lab{}, 0, []string{"disconnect", "malformed", "programs"}},
		{"process-0.4", "testdata/process-0.4.jsonl", lab{}, 1, []string{"max_concurrent_processes=1"}},
		{"gateway-0.5", theWire + "gateway-0.5.jsonl", nil, 0, []string{"first-frames",
			"program install|launch, echo, return|launch, exception|launch, bad names|launch, uncaptured|" +
				"attach, errors|terminate|queries",
			"connection ends (close): captured, uncaptured, attached elsewhere", "cancel text frame",
			"files from the program", "a refused attach, then close"}},
		{"gateway-0.5", "testdata/gateway-0.5.jsonl", nil, 0, []string{
			"bad frames later|bad frames later: garbage|bad frames later: unknown type|bad frames later: missing field|" +
				"bad frames later: corr 0|bad frames later: corr max|bad frames later: extra field|" +
				"bad frames later: type last|bad frames later: text",
			"connection ends (abort): captured, uncaptured, attached elsewhere", "corr_id reuse",
			"two captured processes on one connection", "a refused attach, then cancel",
			"install: same corr_id, another hash in the second chunk"}},
	} {
		for _, scenario := range c.scenarios {
			t.Run(c.generation+"/"+scenario, func(t *testing.T) {
				c.replay(t, recorded(t, c.file, strings.Split(scenario, "|")...))
			})
		}
	}
}

func (c *conversations) replay(t *testing.T, lines []*line) {
	t.Helper()
	clock := newVirtualClock(t)
	e := start(t, engine.Config{Dialect: dialect(t, c.generation), Clock: clock, Programs: scripts(),
		MaxConcurrent: c.concurrent, Loader: c.load})
	r := &replay{t: t, e: e, clock: clock, conns: map[string]*replayed{}, theirs: map[string]string{}, taught: map[string]bool{}}
	r.play(slices.DeleteFunc(lines, func(l *line) bool { return l.Scenario == "auth_off" && aboutTokens(t, l) }))
}

// aboutTokens tells what cannot be replayed: a wrong token is kept waiting for a random time, and a right one was left
// out of the recording. With 0.2 each was tried on a connection of its own.
func aboutTokens(t *testing.T, l *line) bool {
	t.Helper()
	if l.Conn == "c6" || l.Conn == "c7" || l.Conn == "c9" {
		return true
	}
	frame := l.frame(t)
	return bytes.Contains(frame, []byte("nope")) || bytes.Contains(frame, []byte("Invalid token"))
}

// load runs every upload as the program that the recorded server ran.
func (c *conversations) load(data []byte, m *program.Manifest) (engine.Program, error) {
	if c.lab != nil && bytes.HasPrefix(data, []byte("\x00asm")) {
		return c.lab, nil
	}
	return scriptNamed(m.Name), nil
}
