package engine_test

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// line is one line of a recorded conversation with a real server.
type line struct {
	Direction string   `json:"direction"` // c2s, s2c, or - for a remark
	Method    string   `json:"method"`
	Server    string   `json:"server"`
	Scenario  string   `json:"scenario"`
	Conn      string   `json:"conn"`
	At        int      `json:"t_ms"`
	Hex       string   `json:"frame_hex"`
	Cut       bool     `json:"frame_hex_truncated"`
	TextFrame *string  `json:"text_frame"`
	Note      string   `json:"note"`
	HTTP      *recHTTP `json:"http"`
}

type recHTTP struct {
	Status int    `json:"status"`
	Path   string `json:"path"`
	Body   string `json:"body"`
}

func (l *line) frame(t testing.TB) []byte {
	t.Helper()
	if l.TextFrame != nil {
		return []byte(*l.TextFrame)
	}
	frame, err := hex.DecodeString(l.Hex)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

// generation is that of the recorded server, "" for one of the gateway family.
func (l *line) generation() string {
	return map[string]string{
		"server-0.1.0": "instance-0.1", "server-hash-era-2026-01-28": "instance-hash", "server-0.2.0": "instance-0.2",
		"server-0.3.0": "process-0.3", "server-0.4.0": "process-0.4",
	}[l.Server]
}

// isFrame says whether the line is a message rather than something about the connection.
func (l *line) isFrame() bool { return l.Hex != "" || l.TextFrame != nil }

// recorded reads scenarios of a file.
func recorded(t testing.TB, file string, scenarios ...string) (lines []*line) {
	t.Helper()
	f, err := os.Open(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 1<<24)
	for scanner.Scan() {
		l := &line{}
		if err := json.Unmarshal(scanner.Bytes(), l); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(scenarios, l.Scenario) {
			lines = append(lines, l)
		}
	}
	if scanner.Err() != nil || len(lines) == 0 {
		t.Fatalf("%s has no scenario of %q: %v", file, scenarios, scanner.Err())
	}
	return lines
}
