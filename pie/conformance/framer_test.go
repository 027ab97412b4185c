package conformance_test

import (
	"bytes"
	"encoding/binary"
	"sync"
)

// framer finds the frames in a stream: first an HTTP head, then WebSocket frames. Only one goroutine feeds it.
type framer struct {
	mu     sync.Mutex
	number int    // of the current frame
	head   []byte // what of its beginning is there
	left   int    // bytes still to come of it; 0: its head is not complete
	at     int    // bytes of it that have gone by
}

func (f *framer) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.number
}

// next gives the beginning of p that belongs to one frame, where it begins in it, and whether the frame ends with it.
func (f *framer) next(p []byte) (part []byte, at, number int, whole bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, number = f.at, f.number
	n := 0
	for f.left == 0 && n < len(p) { // byte by byte until the head tells how long the frame is
		f.head = append(f.head, p[n])
		n++
		var ended bool
		if f.left, ended = f.length(); ended {
			f.begin()
			return p[:n], at, number, true
		}
	}
	more := min(f.left, len(p)-n)
	f.left -= more
	n += more
	f.at += n
	if f.left == 0 && more > 0 {
		f.begin()
		return p[:n], at, number, true
	}
	return p[:n], at, number, false
}

func (f *framer) begin() { f.number, f.head, f.left, f.at = f.number+1, f.head[:0], 0, 0 }

// length is how many bytes follow the head; ended: the head was all.
func (f *framer) length() (left int, ended bool) {
	h := f.head
	if f.number == 0 {
		return 0, bytes.HasSuffix(h, []byte("\r\n\r\n"))
	}
	if len(h) < 2 {
		return 0, false
	}
	need, size := 2, int(h[1]&0x7f)
	switch size {
	case 126:
		need = 4
	case 127:
		need = 10
	}
	if h[1]&0x80 != 0 {
		need += 4
	}
	if len(h) < need {
		return 0, false
	}
	switch size {
	case 126:
		size = int(binary.BigEndian.Uint16(h[2:]))
	case 127:
		size = int(binary.BigEndian.Uint64(h[2:]))
	}
	return size, size == 0
}
