package engine

import (
	"strings"

	"github.com/pierun/pierun/pie/wire"
)

// backlog is what a process says while nobody is attached. It is guarded by the process's lock.
type backlog interface {
	add(n note)
	// replay gives what was kept, in the order in which a new reader gets it, and forgets it.
	replay(tell func(*note))
}

// newBacklog is the backlog of one generation; nil where nothing is kept.
func newBacklog(keeps keepRule) backlog {
	switch keeps {
	case keepEvents:
		return &eventLog{}
	case keepRings:
		return &outputRings{}
	}
	return nil
}

// maxKeptEvents is how many events worker generations keep.
const maxKeptEvents = 4096

// eventLog keeps the last events in order: output and the end, not messages and files.
type eventLog struct {
	notes []note
	start int // of the oldest once the log is full
}

func (l *eventLog) add(n note) {
	if n.kind != wire.Stdout && n.kind != wire.Stderr && !n.kind.Terminal() {
		return
	}
	if len(l.notes) < maxKeptEvents {
		l.notes = append(l.notes, n)
		return
	}
	l.notes[l.start] = n
	l.start = (l.start + 1) % maxKeptEvents
}

func (l *eventLog) replay(tell func(*note)) {
	for i := range l.notes {
		tell(&l.notes[(l.start+i)%len(l.notes)])
	}
	*l = eventLog{}
}

// outputRings keeps the last of stdout and of stderr, each on its own, and the end.
type outputRings struct {
	stdout, stderr ring
	end            note
}

func (r *outputRings) add(n note) {
	switch {
	case n.kind == wire.Stdout:
		r.stdout.add(n.text)
	case n.kind == wire.Stderr:
		r.stderr.add(n.text)
	case n.kind.Terminal():
		r.end = n
	}
}

func (r *outputRings) replay(tell func(*note)) {
	if text := r.stdout.take(); text != "" {
		tell(&note{kind: wire.Stdout, text: text})
	}
	if text := r.stderr.take(); text != "" {
		tell(&note{kind: wire.Stderr, text: text})
	}
	if r.end.kind != wire.NoEvent {
		tell(&r.end)
	}
}

// ringSize is how much of each stream instance generations keep, in bytes.
const ringSize = 1 << 20

// ring keeps the last ringSize bytes; it grows as it fills.
type ring struct {
	bytes []byte
	start int // of the oldest byte once the ring is full
}

func (r *ring) add(text string) {
	if len(text) >= ringSize {
		r.bytes, r.start = append(r.bytes[:0], text[len(text)-ringSize:]...), 0
		return
	}
	if room := ringSize - len(r.bytes); room > 0 {
		n := min(room, len(text))
		r.bytes = append(r.bytes, text[:n]...)
		text = text[n:]
	}
	for len(text) > 0 {
		n := copy(r.bytes[r.start:], text)
		r.start = (r.start + n) % ringSize
		text = text[n:]
	}
}

// take gives what is kept as text: a character cut by the edge of the ring is replaced.
func (r *ring) take() string {
	var b strings.Builder
	b.Grow(len(r.bytes))
	b.Write(r.bytes[r.start:])
	b.Write(r.bytes[:r.start])
	*r = ring{}
	return lossy(b.String())
}
