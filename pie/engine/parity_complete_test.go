package engine_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// vectors names a folder with the complete recordings, of which the project ships a part.
const vectors = "PIERUN_VECTORS"

// completeRecordings are what of them is replayed: all but what needs programs that are not here (models, HTTP, Python),
// frames that were recorded in part, a login, or another setting of the server.
func completeRecordings() []conversations {
	return []conversations{
		{"instance-0.1", "real-instance-0.1.jsonl", lab{ticksAsMessages: true}, 0, []string{"0.1 upload launch", "0.1 bare tcp"}},
		{"instance-hash", "real-instance-0.2.jsonl", lab{ticksOnStderr: true}, 0,
			[]string{"official client python-0.2.1", "detection probe: auth_identify + ws ping"}},
		{"instance-0.2", "real-instance-0.2.jsonl", lab{ticksOnStderr: true}, 0, []string{"detection probe: auth_identify + ws ping",
			"auth_off", "malformed", "holblock", "signals", "blobsdown", "detached", "disconnect", "race"}},
		{"process-0.3", "real-process-0.3.jsonl", lab{}, 0, []string{"auth_off", "malformed", "holblock", "programs", "signals",
			"disconnect", "race", "mcp", "overwrite"}},
		{"process-0.4", "real-process-0.4.jsonl", lab{}, 0, []string{"auth_off", "malformed", "holblock", "signals", "disconnect",
			"uncaptured", "batch", "mcp", "query", "race", "detection probe: auth_identify + ws ping"}},
		{"process-0.4", "real-process-0.4.jsonl", lab{}, 1, []string{"max_concurrent_processes=1"}},
		{"gateway-0.5", "real-gateway-0.5.jsonl", nil, 0, []string{"first-frames", "first-frames: identification",
			"first-frames: authenticate", "first-frames: auth_by_token", "first-frames: auth_prove", "first-frames: unknown type",
			"first-frames: garbage", "first-frames: empty binary", "first-frames: text garbage", "first-frames: text cancel",
			"first-frames: text json ping", "first-frames: list first",
			"connection ends (close): captured, uncaptured, attached elsewhere",
			"connection ends (abort): captured, uncaptured, attached elsewhere",
			"connection ends: a busy process that prints", "cancel text frame", "corr_id reuse",
			"two captured processes on one connection", "a refused attach, then close", "a refused attach, then cancel",
			"a refused attach by its own owner, then close of neither, then a second attach", "idle connection"}},
	}
}

// TestAnswersAsCompleteRecordings replays what the complete recordings have beyond the shipped ones.
func TestAnswersAsCompleteRecordings(t *testing.T) {
	folder := os.Getenv(vectors)
	if folder == "" {
		t.Logf("%s is not set: only the recordings in testdata were replayed", vectors)
		return
	}
	for _, c := range completeRecordings() {
		for _, scenario := range c.scenarios {
			t.Run(c.generation+"/"+scenario, func(t *testing.T) {
				lines := recorded(t, filepath.Join(folder, c.file), scenario)
				c.replay(t, slices.DeleteFunc(lines, func(l *line) bool { return l.generation() != "" && l.generation() != c.generation }))
			})
		}
	}
}
