package wire

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vector is one line of the recorded and constructed frames of real clients and servers.
type vector struct {
	Dialect   string  `json:"dialect"`
	Client    string  `json:"client"`
	Server    string  `json:"server"`
	Direction string  `json:"direction"`
	Method    string  `json:"method"`
	Hex       *string `json:"frame_hex"`
	Cut       bool    `json:"frame_hex_truncated"`
	Text      *string `json:"text_frame"`

	file  string
	line  int
	frame []byte
}

// generationOf says which generation a client or server of the vectors spoke. A client is judged by the server it was
// written for.
var generationOf = map[string]string{
	"server-0.1.0": "instance-0.1", "python-0.1.0": "instance-0.1",
	"server-hash-era-2026-01-28": "instance-hash", "python-hash-era-2026-01-28": "instance-hash", "js-hash-era-2025-12-31": "instance-hash",
	"server-0.2.0": "instance-0.2", "python-0.2.0": "instance-0.2", "js-0.2.0": "instance-0.2",
	"server-0.3.0": "process-0.3",
	"server-0.4.0": "process-0.4", "python-0.4.0": "process-0.4", "js-0.4.0": "process-0.4", "rust-0.4.0 (rmp-serde named layout)": "process-0.4",
	"server-0.5": "gateway-0.5", "server-0.5.1": "gateway-0.5", "server-0.5.2": "gateway-0.5", "python-0.5-dev-2026-08-08": "gateway-0.5", "js-0.5.2": "gateway-0.5", "any": "gateway-0.5",
	"rust-0.6.0": "gateway-0.6",
}

func (v *vector) dialect(t *testing.T) *Dialect {
	name := generationOf[v.Server]
	if v.Server == "" {
		name = generationOf[v.Client]
	}
	switch {
	case name != "":
	case v.Dialect == "gateway":
		name = "gateway-0.5"
	case v.Dialect == "process":
		name = "process-0.4"
	case strings.Contains(string(v.frame), "authenticate"):
		name = "instance-0.1"
	default:
		name = "instance-0.2"
	}
	d, err := Find(name)
	if err != nil {
		t.Fatalf("%s:%d: %v", v.file, v.line, err)
	}
	return d
}

// readVectors gives the frames of all files that match, without connections, closes and the like.
func readVectors(t testing.TB, pattern string) []*vector {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors in %s: %v", pattern, err)
	}
	var all []*vector
	for _, file := range files {
		all = append(all, readVectorFile(t, file)...)
	}
	return all
}

func readVectorFile(t testing.TB, file string) (all []*vector) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for n := 1; lines.Scan(); n++ {
		v := &vector{file: filepath.Base(file), line: n}
		if err := json.Unmarshal(lines.Bytes(), v); err != nil {
			t.Fatalf("%s:%d: %v", file, n, err)
		}
		if v.unpack(t) {
			all = append(all, v)
		}
	}
	return all
}

// unpack makes the bytes of the frame; false when the line is none.
func (v *vector) unpack(t testing.TB) bool {
	switch {
	case v.Method == "upgrade response", v.Direction != "c2s" && v.Direction != "s2c":
		return false
	case v.Text != nil:
		v.frame = []byte(*v.Text)
	case v.Hex != nil:
		frame, err := hex.DecodeString(*v.Hex)
		if err != nil {
			t.Fatalf("%s:%d: %v", v.file, v.line, err)
		}
		v.frame = frame
	default:
		return false
	}
	return true
}
