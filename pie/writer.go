package pie

import (
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// write is the writer goroutine of a connection: it takes all that waits and sends it with one flush.
func (l *link) write() {
	defer l.wg.Done()
	for {
		select {
		case <-l.out.wake:
		case <-l.cut:
			return
		}
		closing, err := l.sendAll()
		if err != nil {
			l.broke(err, ioLost(err))
			return
		}
		if closing {
			return
		}
	}
}

// sendAll sends all that waits; closing is true behind a close frame.
func (l *link) sendAll() (closing bool, err error) {
	l.writing.mu.Lock()
	defer l.writing.mu.Unlock()
	if l.writing.take(l.out) {
		l.c.journal.Sync()
	}
	if closing, err = l.drain(l.writing.arena, l.writing.frames, true); err == nil {
		err = l.sock.flush(l.c.cfg.WriteTimeout)
	}
	l.writing.over = closing || err != nil
	return closing, err
}

// flush ends the hold of the outbox and sends what little waits, on the caller's goroutine and without waiting; what cannot
// be sent so is left to the writer.
func (l *link) flush() {
	if l.sock.raw == nil || !l.out.light() || !l.writing.mu.TryLock() {
		l.out.let()
		return
	}
	defer l.writing.mu.Unlock()
	defer l.out.let()
	if l.writing.over || l.sock.owed() > 0 { // what is left over is the writer's
		return
	}
	l.writing.take(l.out)
	if _, err := l.drain(l.writing.arena, l.writing.frames, false); err != nil {
		l.broke(err, ioLost(err))
	} else if !l.sock.flushNow() {
		l.out.signal()
	}
}

// writing is the right to write to a link, with the buffers for it.
type writing struct {
	mu     sync.Mutex
	arena  []byte
	frames []outFrame
	over   bool // nothing may be written any more
}

func (w *writing) take(o *outbox) (launches bool) {
	w.arena, w.frames, launches = o.take(w.arena, w.frames)
	return launches
}

// drain writes the frames; closing is true behind a close frame, after which nothing may be written. If waits, much of it
// is sent on the way.
func (l *link) drain(arena []byte, frames []outFrame, waits bool) (closing bool, err error) {
	start := 0
	for _, f := range frames {
		if err := l.writeFrame(f.kind, arena[start:f.end]); err != nil {
			return false, err
		}
		start = f.end
		closing = closing || f.kind == websocket.CloseMessage
		if closing {
			break
		}
		if waits && l.sock.owed() >= flushAt {
			if err := l.sock.flush(l.c.cfg.WriteTimeout); err != nil {
				return false, err
			}
		}
	}
	return closing, nil
}

func (l *link) writeFrame(kind int, data []byte) error {
	if kind == websocket.TextMessage || kind == websocket.BinaryMessage {
		return l.ws.WriteMessage(kind, data)
	}
	return l.ws.WriteControl(kind, data, time.Now().Add(l.c.cfg.WriteTimeout))
}
