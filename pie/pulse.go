package pie

import (
	"sync"
	"sync/atomic"
	"time"
)

// pulse is what tells that the other side is alive.
type pulse struct {
	frames atomic.Uint64 // frames and pongs read so far
	mu     sync.Mutex
	at     time.Time // of the last pong
	onPong func()    // the detection's
}

func (p *pulse) frame() { p.frames.Add(1) }

func (p *pulse) pong(now time.Time) {
	p.frames.Add(1)
	p.mu.Lock()
	p.at = now
	f := p.onPong
	p.mu.Unlock()
	if f != nil {
		f()
	}
}

func (p *pulse) setPong(f func()) {
	p.mu.Lock()
	p.onPong = f
	p.mu.Unlock()
}

// lastWords is what the server said last about a command that it did not name.
type lastWords struct {
	mu   sync.Mutex
	text string
}

func (w *lastWords) set(text string) {
	w.mu.Lock()
	w.text = text
	w.mu.Unlock()
}

func (w *lastWords) last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text
}
