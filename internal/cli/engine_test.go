package cli

import (
	"net"
	"testing"
)

// What an engine says that it listens on can be pasted into --server.
func TestReachable(t *testing.T) {
	for listening, want := range map[string]string{
		"0.0.0.0:18664":   "127.0.0.1:18664, and on every other address of this machine",
		"[::]:18664":      "127.0.0.1:18664, and on every other address of this machine",
		"127.0.0.1:18664": "127.0.0.1:18664",
		"[::1]:18664":     "[::1]:18664",
		"192.0.2.7:18664": "192.0.2.7:18664",
	} {
		at, err := net.ResolveTCPAddr("tcp", listening)
		if err != nil {
			t.Fatal(err)
		}
		if got := reachable(at); got != want {
			t.Errorf("%s is told as %s", listening, got)
		}
	}
}
