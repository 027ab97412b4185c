package pie

import (
	"runtime"
	"testing"

	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// footprint is how many bytes and allocations each of ops runs of f takes, after one that does not count.
func footprint(ops int, f func()) (bytes, allocs float64) {
	var before, after runtime.MemStats
	f()
	runtime.ReadMemStats(&before)
	for range ops {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc-before.TotalAlloc) / float64(ops), float64(after.Mallocs-before.Mallocs) / float64(ops)
}

// TestFootprints holds the hot paths to their garbage, a little above what it is.
func TestFootprints(t *testing.T) {
	shared := any("shared")
	for name, c := range map[string]struct {
		op            func(t *testing.T) func()
		bytes, allocs float64
	}{
		"event":          {func(t *testing.T) func() { return eventOp(t, nil) }, 40, 2.1},
		"event boxed":    {func(t *testing.T) func() { return eventOp(t, func(string) any { return shared }) }, 20, 1.1},
		"send":           {sendOp, 4, 0.1},
		"launch and end": {launchOp, 1450, 16},
	} {
		t.Run(name, func(t *testing.T) {
			bytes, allocs := footprint(2000, c.op(t))
			if bytes > c.bytes || allocs > c.allocs {
				t.Errorf("%.1f bytes in %.2f allocations, more than %v in %v", bytes, allocs, c.bytes, c.allocs)
			}
		})
	}
}

func eventOp(t *testing.T, box func(string) any) func() {
	l, i := newSilentLink(box)
	frame := encoded(t, l, &wire.Event{Kind: wire.Stdout, ID: []byte(i.id), Text: []byte("0123456789abcdef")})
	batch := make([]Event, 0, 64)
	return func() {
		l.dispatch(frame, false)
		l.pause()
		batch = i.Take(batch[:0])
	}
}

func encoded(t *testing.T, l *link, e *wire.Event) []byte {
	frame, _, err := l.dialect.EncodeEvent(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

// sendOp is a message on its way out, with the writer's part.
func sendOp(t *testing.T) func() {
	l, i := newSilentLink(nil)
	i.link.Store(l)
	var arena []byte
	var frames []outFrame
	return func() {
		if err := i.Send("0123456789abcdef"); err != nil {
			t.Fatal(err)
		}
		arena, frames, _ = l.out.take(arena, frames)
	}
}

// launchOp is a launch with its answer and its end.
func launchOp(t *testing.T) func() {
	l, _ := newSilentLink(nil)
	l.c.main, l.c.dialect = l, l.dialect
	done := encoded(t, l, &wire.Event{Kind: wire.Completed, ID: []byte("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb")})
	answer := wire.Event{Kind: wire.Answer, For: wire.Launch, OK: true, Text: []byte("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb")}
	var arena, frame []byte
	var frames []outFrame
	return func() {
		var got *Instance
		_, ok := l.c.Begin(&Launch{Program: "p@1.0.0"}, func(i *Instance, err error) { got = i })
		arena, frames, _ = l.out.take(arena, frames)
		if answer.Corr = l.requests.last; !ok {
			t.Fatal("it was not begun")
		}
		frame, _, _ = l.dialect.EncodeEvent(frame[:0], &answer)
		l.dispatch(frame, false)
		l.dispatch(done, false)
		if l.pause(); got == nil || !got.Settled() {
			t.Fatal("it did not end")
		}
	}
}

// TestLargeFileMakesLittleGarbage: a file that goes to disk is neither gathered in memory first nor read into ever new
// buffers.
func TestLargeFileMakesLittleGarbage(t *testing.T) {
	const parts = 64
	t.Setenv("TMPDIR", t.TempDir())
	l, i := newSilentLink(nil)
	content := make([]byte, parts*wire.ChunkSize)
	hash := []byte(program.Hash(content))
	e := wire.Event{Kind: wire.File, ID: []byte(i.id), Hash: hash}
	frame := encoded(t, l, &e)[:0]
	n, _ := footprint(1, func() {
		for k := range parts {
			e.Chunk = wire.Chunk{Index: uint32(k), Total: parts, Data: content[:wire.ChunkSize]}
			frame, _, _ = l.dialect.EncodeEvent(frame[:0], &e)
			l.frame = append(l.frame[:0], frame...)
			l.accept(false)
		}
		l.pause()
		if got := i.Take(nil); len(got) != 1 || got[0].Kind != BlobEvent {
			t.Fatalf("%v", got)
		}
	})
	if most := float64(len(content)) / 2; n > most {
		t.Errorf("%.0f bytes for a file of %d", n, len(content))
	}
}
