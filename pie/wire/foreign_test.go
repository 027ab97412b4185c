package wire

import (
	"testing"

	"github.com/tinylib/msgp/msgp"
)

func TestForeign(t *testing.T) {
	typed := func(name string) string {
		return string(msgp.AppendString(msgp.AppendString(msgp.AppendMapHeader(nil, 1), "type"), name))
	}
	for _, test := range []struct {
		frame string
		text  bool
		want  bool
	}{
		{turnDone, true, false},
		{`{"type":"error","message":"gateway draining"}`, true, false},
		{`{"type":"of tomorrow"}`, true, false},
		{`{"jsonrpc":"2.0","method":"hello"}`, true, true},
		{`{"type":7}`, true, true},
		{"hello", true, true},
		{"", true, true},
		{typed("response"), false, false}, // of a release that answers in another way
		{typed("of_tomorrow"), false, false},
		{"", false, true},
		{"\x01\x02\x03\xff\xc1", false, true},
		{"\x80", false, true},
		{"HTTP/1.1 400 Bad Request", false, true},
	} {
		if got := Foreign([]byte(test.frame), test.text); got != test.want {
			t.Errorf("%q: %v", test.frame, got)
		}
	}
}

// Nothing that real servers were seen to say is foreign, in the dialect that it was said in or not.
func TestRealServersAreNotForeign(t *testing.T) {
	n := 0
	for _, v := range append(readVectors(t, "testdata/golden/*.jsonl"), readVectors(t, "testdata/real/*.jsonl")...) {
		if v.Direction != "s2c" || v.Cut {
			continue
		}
		n++
		if Foreign(v.frame, v.Text != nil) {
			t.Errorf("%s:%d is foreign: %.80q", v.file, v.line, v.frame)
		}
	}
	if n < 400 {
		t.Errorf("only %d frames", n)
	}
}
