package engine_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/program"
)

// TestAnswersAsRealServersDid replays recorded conversations.
func TestAnswersAsRealServersDid(t *testing.T) {
	const folder = "../wire/testdata/real/"
	for _, c := range []struct {
		generation, file string
		lab              engine.Program
		scenarios        []string
	}{
		{"instance-0.1", "instance-0.1.jsonl", lab{ticksAsMessages: true}, []string{"0.1 upload launch"}},
		{"instance-hash", "instance-hash.jsonl", lab{ticksOnStderr: true},
			[]string{"official client python-0.2.1", "detection probe: auth_identify + ws ping"}},
		{"instance-0.2", "instance-0.2.jsonl", lab{ticksOnStderr: true},
			[]string{"detection probe: auth_identify + ws ping", "auth_off", "signals", "detached"}},
		{"process-0.3", "process-0.3.jsonl", lab{}, []string{"auth_off", "signals", "mcp"}},
		{"process-0.4", "process-0.4.jsonl", lab{}, []string{"auth_off", "signals", "uncaptured", "batch", "mcp"}},
		{"gateway-0.5", "gateway-0.5.jsonl", nil, []string{"first-frames", "program install|launch, echo, return|" +
			"launch, exception|launch, bad names|launch, uncaptured|attach, errors|terminate|queries",
			"connection ends (close): captured, uncaptured, attached elsewhere", "cancel text frame",
			"files from the program", "a refused attach, then close"}},
	} {
		for _, scenario := range c.scenarios {
			t.Run(c.generation+"/"+scenario, func(t *testing.T) {
				replayScenario(t, c.generation, recorded(t, folder+c.file, strings.Split(scenario, "|")...), c.lab)
			})
		}
	}
}

func replayScenario(t *testing.T, generation string, lines []*line, only engine.Program) {
	t.Helper()
	clock := newVirtualClock(t)
	e := start(t, engine.Config{Dialect: dialect(t, generation), Clock: clock, Programs: scripts(),
		Loader: func(data []byte, m *program.Manifest) (engine.Program, error) {
			if only != nil && bytes.HasPrefix(data, []byte("\x00asm")) {
				return only, nil
			}
			return scriptNamed(m.Name), nil
		}})
	r := &replay{t: t, e: e, clock: clock, conns: map[string]*replayed{}, theirs: map[string]string{}, taught: map[string]bool{}}
	// A wrong token is kept waiting for a random time, and a right one was left out of the recording.
	r.play(slices.DeleteFunc(lines, func(l *line) bool { return l.Scenario == "auth_off" && (l.Conn == "c6" || l.Conn == "c9") }))
}
