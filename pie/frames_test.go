package pie_test

import (
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// heap is how many bytes live.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first one has finalized
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// grew fails if more than most bytes live beyond before.
func grew(t *testing.T, what string, before, most int64) {
	t.Helper()
	if n := heap() - before; n > most {
		t.Errorf("%s: %d KiB live, %d KiB are allowed", what, n>>10, most>>10)
	}
}

// frames are messages as a server writes them, many in one piece.
type frames struct {
	c   *fakeConn
	buf []byte
}

func (f *frames) add(e wire.Event) {
	payload, _, err := f.c.f.dialect.EncodeEvent(nil, &e)
	if err != nil {
		f.c.f.t.Error(err)
	}
	f.raw(payload)
}

// raw adds one message of these bytes.
func (f *frames) raw(payload []byte) {
	f.buf = append(f.buf, 0x82) // binary, whole
	switch n := len(payload); {
	case n < 126:
		f.buf = append(f.buf, byte(n))
	case n < 1<<16:
		f.buf = binary.BigEndian.AppendUint16(append(f.buf, 126), uint16(n))
	default:
		f.buf = binary.BigEndian.AppendUint64(append(f.buf, 127), uint64(n))
	}
	f.buf = append(f.buf, payload...)
}

// flush writes them; an error is the client's leaving.
func (f *frames) flush() {
	_, _ = f.c.raw.Write(f.buf)
	f.buf = f.buf[:0]
}

// serveRest answers whatever comes with yes.
func (c *fakeConn) serveRest() {
	for cmd := range c.commands() {
		c.yes(cmd, "")
	}
}

// ping returns when the client has read all that the server said before.
func ping(t *testing.T, c *pie.Client) {
	t.Helper()
	if _, err := c.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}
