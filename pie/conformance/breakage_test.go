package conformance_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// breakage is what a faulty wire does, once, at one frame of one direction.
type breakage struct {
	kind  breakKind
	up    bool // at a frame to the server, else at one from it
	frame int  // counted from 0, the HTTP upgrade's message included
	byte  int  // of the frame: where it is halved or corrupted, modulo its length
	flip  byte // what is corrupted
	delay time.Duration
}

type breakKind uint8

func (b *breakage) String() string {
	names := [...]string{"cut before", "cut after", "halve", "corrupt", "delay", "stall at"}
	way := "down"
	if b.up {
		way = "up"
	}
	return fmt.Sprintf("%s frame %d %s (byte %d, ^%02x, %v)", names[b.kind], b.frame, way, b.byte, b.flip, b.delay)
}

// breakages are all that can be done to one flow: each kind at each frame of each direction, in an order of their own.
type breakages struct {
	stream uint64
	frames [2]int // of the flow without faults, down and up
	order  []int
}

func newBreakages(flow string, frames [2]int) *breakages {
	h := fnv.New64a()
	_, _ = h.Write([]byte(flow))
	b := &breakages{stream: h.Sum64(), frames: frames}
	b.order = rand.New(rand.NewPCG(b.stream, 0)).Perm((frames[0] + frames[1]) * int(breakKinds))
	return b
}

// places is how many there are. Further seeds break the same places at other bytes.
func (b *breakages) places() int { return len(b.order) }

// of is the one that a seed stands for.
func (b *breakages) of(seed int) *breakage {
	r := rand.New(rand.NewPCG(b.stream, uint64(seed)))
	place := b.order[seed%len(b.order)]
	f := &breakage{
		kind: breakKind(place % int(breakKinds)), frame: place / int(breakKinds), byte: r.IntN(4096),
		flip: byte(1 + r.IntN(255)), delay: time.Duration(r.IntN(5000)) * time.Millisecond,
	}
	if f.up = f.frame >= b.frames[0]; f.up {
		f.frame -= b.frames[0]
	}
	return f
}
