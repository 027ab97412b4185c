package pie_test

import (
	"errors"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// packed is a map of text keys as a server writes it; a nil value is left nil.
func packed(pairs ...any) []byte {
	b := msgp.AppendMapHeader(nil, uint32(len(pairs)/2))
	for _, v := range pairs {
		b, _ = msgp.AppendIntf(b, v)
	}
	return b
}

// unreadable are frames that no client can make sense of.
func unreadable() map[string][]byte {
	whole := packed("type", "process_event", "process_id", idA, "event", "stdout", "value", "two")
	return map[string][]byte{
		"a number":     packed("type", "process_event", "process_id", idA, "event", "stdout", "value", 2),
		"cut off":      whole[:len(whole)-2],
		"a part of -1": packed("type", "file", "process_id", idA, "file_hash", "aa", "chunk_index", -1, "total_chunks", 1, "chunk_data", []byte("x")),
		"a part of .5": packed("type", "file", "process_id", idA, "file_hash", "aa", "chunk_index", 0.5, "total_chunks", 1, "chunk_data", []byte("x")),
		"no type":      packed("process_id", idA),
	}
}

// TestNothingIsToldBehindAnUnreadableFrame: not even what has come in the same piece, to no instance of the connection.
func TestNothingIsToldBehindAnUnreadableFrame(t *testing.T) {
	for name, frame := range unreadable() {
		f := newFake(t, "worker-0.5", func(c *fakeConn) {
			for _, id := range []string{idA, idB} {
				cmd := c.want(wire.Launch)
				c.yes(&cmd, id)
			}
			burst := frames{c: c}
			for _, id := range []string{idA, idB} {
				burst.add(wire.Event{Kind: wire.Stdout, ID: []byte(id), Text: []byte("one")})
			}
			burst.raw(frame)
			for _, id := range []string{idA, idB} {
				burst.add(wire.Event{Kind: wire.Stdout, ID: []byte(id), Text: []byte("three")})
				burst.add(wire.Event{Kind: wire.Completed, ID: []byte(id)})
			}
			burst.flush()
			c.idle()
		})
		c := f.dial(nil)
		a, b := launch(t, c, pie.Launch{}), launch(t, c, pie.Launch{})
		for _, i := range []*pie.Instance{a, b} {
			if events, err := collect(t, i); len(events) != 1 || text(events, pie.Stdout) != "one" || !errors.Is(err, pie.ErrProtocol) {
				t.Errorf("%s: %v, %v", name, events, err)
			}
		}
		c.Close(t.Context())
		f.stop()
	}
}
