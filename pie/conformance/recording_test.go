package conformance_test

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/pierun/pierun/pie/wire"
)

// vectors names a folder of recordings to play instead of the ones that the project ships.
const vectors = "PIERUN_VECTORS"

// recorded is one line of a recorded conversation with a real server.
type recorded struct {
	Direction string  `json:"direction"` // c2s, s2c, or - for a remark
	Method    string  `json:"method"`
	Server    string  `json:"server"`
	Scenario  string  `json:"scenario"`
	Conn      string  `json:"conn"`
	Hex       string  `json:"frame_hex"`
	Cut       bool    `json:"frame_hex_truncated"`
	TextFrame *string `json:"text_frame"`

	frame []byte
}

func (r *recorded) text() bool { return r.TextFrame != nil }

// recording is what was said on one connection in one scenario.
type recording struct {
	file, scenario, conn string
	dialect              *wire.Dialect
	lines                []*recorded
}

// generations of the servers that were recorded.
func generationOf(server string) string {
	return map[string]string{
		"server-0.1.0": "instance-0.1", "server-hash-era-2026-01-28": "instance-hash", "server-0.2.0": "instance-0.2",
		"server-0.3.0": "process-0.3", "server-0.4.0": "process-0.4",
	}[server]
}

// recordings reads all of a folder, in the order of the files.
func recordings(t *testing.T) (list []*recording) {
	t.Helper()
	folder := os.Getenv(vectors)
	if folder == "" {
		folder = filepath.FromSlash("../wire/testdata/real")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", folder, err)
	}
	for _, file := range files {
		if filepath.Base(file) != "frames.jsonl" {
			list = append(list, readRecordings(t, file)...)
		}
	}
	return list
}

func readRecordings(t *testing.T, file string) (list []*recording) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	found := map[string]*recording{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		l := readLine(t, lines.Bytes())
		key := l.Server + "\n" + l.Scenario + "\n" + l.Conn
		if found[key] == nil {
			r := &recording{file: filepath.Base(file), scenario: l.Scenario, conn: l.Conn, dialect: dialectOf(t, l.Server)}
			found[key] = r
			list = append(list, r)
		}
		found[key].lines = append(found[key].lines, l)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

func readLine(t *testing.T, text []byte) *recorded {
	t.Helper()
	l := &recorded{}
	err := json.Unmarshal(text, l)
	if err == nil && l.text() {
		l.frame = []byte(*l.TextFrame)
	} else if err == nil {
		l.frame, err = hex.DecodeString(l.Hex)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func dialectOf(t *testing.T, server string) *wire.Dialect {
	t.Helper()
	name := generationOf(server)
	if name == "" {
		name = "gateway-0.5"
	}
	d, err := wire.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
