package pie

import (
	"time"

	"github.com/gorilla/websocket"
)

// write is the writer goroutine of a connection: it takes all that waits and sends it with one flush.
func (l *link) write() {
	defer l.wg.Done()
	var arena []byte
	var frames []outFrame
	for {
		select {
		case <-l.out.wake:
		case <-l.cut:
			return
		}
		var launches bool
		if arena, frames, launches = l.out.take(arena, frames); launches {
			l.c.journal.Sync()
		}
		closing, err := l.drain(arena, frames)
		if err != nil {
			l.silent.Store(isTimeout(err))
			l.fail(ioLost(err))
			return
		}
		if closing {
			return
		}
	}
}

// drain writes the frames and flushes; closing is true behind a close frame, after which nothing may be written.
func (l *link) drain(arena []byte, frames []outFrame) (closing bool, err error) {
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
		if l.sock.full() {
			if err := l.sock.flush(l.c.cfg.WriteTimeout); err != nil {
				return false, err
			}
		}
	}
	return closing, l.sock.flush(l.c.cfg.WriteTimeout)
}

func (l *link) writeFrame(kind int, data []byte) error {
	if kind == websocket.TextMessage || kind == websocket.BinaryMessage {
		return l.ws.WriteMessage(kind, data)
	}
	return l.ws.WriteControl(kind, data, time.Now().Add(l.c.cfg.WriteTimeout))
}
