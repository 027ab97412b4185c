package transcript_test

import (
	"fmt"
	"testing"

	"github.com/pierun/pierun/internal/transcript"
)

// TestSeen: a text counts once its line has ended, however many pieces it came in, for all who wait for it.
func TestSeen(t *testing.T) {
	var said transcript.Transcript
	first, second := said.Seen("listening on"), said.Seen("listening on")
	for n, part := range []string{"hello\nlisten", "ing on 1", "234"} {
		_, _ = fmt.Fprint(&said, part)
		if closed(first) || closed(second) {
			t.Errorf("after part %d", n)
		}
	}
	_, _ = fmt.Fprint(&said, "5\n")
	if !closed(first) || !closed(second) || !closed(said.Seen("hello")) || closed(said.Seen("bye")) {
		t.Error("not what was written")
	}
	if got := said.String(); got != "hello\nlistening on 12345\n" {
		t.Errorf("%q", got)
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
