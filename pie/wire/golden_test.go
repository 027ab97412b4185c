package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/tinylib/msgp/msgp"
)

// refused are the recorded frames that their server did not understand: it gave no answer, or an error that says so.
// Every other frame must decode.
func refused(t *testing.T) map[string]error {
	f, err := os.Open("testdata/refused.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	outcomes := map[string]error{"malformed": ErrMalformed, "unknown": ErrUnknown}
	all := map[string]error{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r struct {
			vector
			Generation, Want string
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		r.Direction = "c2s"
		if !r.unpack(t) || outcomes[r.Want] == nil {
			t.Fatalf("no outcome: %s", lines.Bytes())
		}
		all[refusedKey(r.Generation, &r.vector)] = outcomes[r.Want]
	}
	return all
}

func refusedKey(generation string, v *vector) string {
	return fmt.Sprintf("%s %v %x", generation, v.Text != nil, v.frame)
}

// tally counts what became of the vectors.
type tally struct{ commands, events, exact, equal, malformed, unknown, cut int }

func TestGolden(t *testing.T) {
	got := checkVectors(t, "testdata/golden/*.jsonl")
	want := tally{commands: 643, events: 246, exact: 410, equal: 322, malformed: 40, unknown: 61, cut: 56}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestGoldenConversations does the same with the whole conversations.
func TestGoldenConversations(t *testing.T) {
	checkVectors(t, "testdata/real/*.jsonl")
}

// TestGoldenComplete does the same with all recordings, where PIERUN_VECTORS names their folder.
func TestGoldenComplete(t *testing.T) {
	dir := os.Getenv("PIERUN_VECTORS")
	if dir == "" {
		t.Log("PIERUN_VECTORS is not set: only the vectors in testdata were checked")
		return
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	for _, file := range files {
		t.Logf("%s: %+v", filepath.Base(file), checkVectors(t, file))
	}
}

func checkVectors(t *testing.T, pattern string) (n tally) {
	t.Helper()
	bad := refused(t)
	for _, v := range readVectors(t, pattern) {
		d := v.dialect(t)
		again, err := roundTrip(d, v)
		want := bad[refusedKey(d.Generation, v)]
		if v.Cut {
			want = ErrMalformed
		}
		n.count(v, err)
		switch {
		case !errors.Is(err, want) || want == nil && err != nil:
			t.Errorf("%s:%d (%s): %v, want %v", v.file, v.line, d.Generation, err, want)
		case err != nil:
		case bytes.Equal(again, v.frame):
			n.exact++
		case v.Direction == "s2c" && v.Text == nil:
			t.Errorf("%s:%d (%s): encoded again\n%q, was\n%q", v.file, v.line, d.Generation, again, v.frame)
		default:
			n.equal++
			if diff := compare(v, again); diff != "" {
				t.Errorf("%s:%d (%s): %s\n%q", v.file, v.line, d.Generation, diff, again)
			}
		}
	}
	return n
}

func (n *tally) count(v *vector, err error) {
	if v.Direction == "c2s" {
		n.commands++
	} else {
		n.events++
	}
	switch {
	case v.Cut:
		n.cut++
	case errors.Is(err, ErrMalformed):
		n.malformed++
	case errors.Is(err, ErrUnknown):
		n.unknown++
	}
}

// roundTrip decodes v with the end that received it and encodes it with the other.
func roundTrip(d *Dialect, v *vector) (frame []byte, err error) {
	if v.Direction == "c2s" {
		var c Command
		if err = d.DecodeCommand(v.frame, v.Text != nil, &c); err == nil {
			frame, _, err = d.EncodeCommand(nil, &c)
		}
		return frame, err
	}
	var e Event
	if err = d.DecodeEvent(v.frame, v.Text != nil, &e); err == nil {
		frame, _, err = d.EncodeEvent(nil, &e)
	}
	return frame, err
}

// compare says how the values of v's frame differ from again's. What again has more are fields for other generations.
func compare(v *vector, again []byte) string {
	if bytes.Equal(bytes.TrimSpace(v.frame), again) {
		return ""
	}
	before, after := values(v.frame, v.Text != nil), values(again, v.Text != nil && v.Direction == "s2c")
	for key, want := range before {
		if got, there := after[key]; !same(key, got, want, there) {
			return fmt.Sprintf("%s is %v, was %v", key, got, want)
		}
	}
	return ""
}

func same(key string, got, want any, there bool) bool {
	switch key {
	case "foo", "bar", "pad", "cmd_name": // the first three are tests of being ignored, the last one is made of the program's name
		return true
	case "token_budget": // of none is nil; 0.5 ignores it
		return want == uint64(0) && got == nil || !there || reflect.DeepEqual(got, want)
	case "port": // servers take the lower 16 bits
		return got == want.(uint64)&0xffff
	case "chunk_data": // an array of integers is said as bytes
		return got == octetText(want)
	}
	return reflect.DeepEqual(got, want)
}

func octetText(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	var b []byte
	for _, n := range list {
		b = append(b, byte(plain(n).(uint64)))
	}
	return string(b)
}

// values decodes a frame with no knowledge of the protocol. bin and str are alike, as they are to servers; the
// positional form has no keys to compare.
func values(frame []byte, text bool) map[string]any {
	if text {
		packed, err := packJSON(frame)
		if err != nil {
			return nil
		}
		frame = packed
	}
	all := map[string]any{}
	n, rest, err := msgp.ReadMapHeaderBytes(frame)
	for ; n > 0 && err == nil; n-- {
		var key []byte
		var value any
		if key, rest, err = msgp.ReadMapKeyZC(rest); err == nil {
			value, rest, err = msgp.ReadIntfBytes(rest)
		}
		all[string(key)] = plain(value)
	}
	return all
}

func plain(v any) any {
	switch v := v.(type) {
	case []byte:
		return string(v)
	case int64:
		return uint64(v)
	}
	return v
}
