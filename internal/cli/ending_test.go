package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/pierun/pierun/pie"
)

// TestEndingIsToldAsItIsKnown: what nobody knows is not told as a no, and an instance's name commands no terminal.
func TestEndingIsToldAsItIsKnown(t *testing.T) {
	t.Parallel()
	const name = "3f2a0000 x\x1b[31m\n@1.0.0"
	for want, e := range map[string]ending{
		"terminated 3f2a0000 x·[31m·@1.0.0\n":    {there: true},
		"had ended before":                       {},
		"NOT confirmed, it may still be running": {err: &pie.Error{Kind: pie.KindLost, Message: "the connection broke"}},
		"still be running: no answer":            {err: &pie.Error{Kind: pie.KindTimeout, Message: "no answer"}},
		"not ended: Permission denied":           {err: errors.New("Permission denied")},
		"not ended: the server":                  {err: &pie.Error{Kind: pie.KindRefused, Message: "the server said yes, and still lists it"}},
	} {
		var out bytes.Buffer
		(&app{env: Env{Stdout: &out, Stderr: &out}}).tellEnding(name, e)
		if !strings.Contains(out.String(), want) || strings.Contains(out.String(), "\x1b") {
			t.Errorf("%q, want %q", out.String(), want)
		}
	}
}

// TestTablesAreHarmless: what a server tells of its instances can neither command the terminal nor break a line.
func TestTablesAreHarmless(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	table := table{head: []string{"ID", "INPUT"}}
	table.add("1", "{\"a\":\"\x1b]0;t\x07\n\u009b2J\"}")
	if err := table.write(&out, style{}); err != nil || out.String() != "ID  INPUT\n1   {\"a\":\"·]0;t···2J\"}\n" {
		t.Errorf("%q %v", out.String(), err)
	}
}

// TestServerThatHangsUpIsNone: for a health check a connection that breaks before the answer is no server.
func TestServerThatHangsUpIsNone(t *testing.T) {
	t.Parallel()
	for want, err := range map[int]error{
		exitConnect: &pie.Error{Kind: pie.KindLost, Op: "ping", Message: "the connection broke"},
		exitError:   &pie.Error{Kind: pie.KindRefused, Op: "ping", Message: "it refuses"},
		exitOK:      nil,
	} {
		if code := codeOf(absent(err)); code != want {
			t.Errorf("%v: %d, want %d", err, code, want)
		}
	}
}
