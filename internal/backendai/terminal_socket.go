package backendai

import (
	"io"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// socketLine is a terminal whose keys and screen are messages of a WebSocket.
type socketLine struct {
	op    string
	ws    *websocket.Conn
	words terminalWords
	stop  func()
	once  sync.Once
	write sync.Mutex
	left  []byte
	tail  []byte // the last that it has shown
}

// terminalWords are the messages that one kind of terminal is spoken to with.
type terminalWords interface {
	kind() int // of WebSocket messages
	typed(text []byte) []byte
	sized(rows, cols int) []byte
	shown(op string, message []byte) ([]byte, error) // nothing for a message that shows nothing
	end(op, tail string) error                       // why it has ended, having shown that last; nil: it just has
}

func newSocketLine(op string, ws *websocket.Conn, words terminalWords) *socketLine {
	return &socketLine{op: op, ws: ws, words: words, stop: pinger(ws, nil)}
}

func (t *socketLine) send(message []byte) error {
	t.write.Lock()
	defer t.write.Unlock()
	_ = t.ws.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err := t.ws.WriteMessage(t.words.kind(), message); err != nil {
		return unsent(call{op: t.op}, err)
	}
	return nil
}

// Write is Terminal's.
func (t *socketLine) Write(p []byte) (int, error) {
	if err := t.send(t.words.typed(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (t *socketLine) resize(rows, cols int) error { return t.send(t.words.sized(rows, cols)) }

// Read is Terminal's.
func (t *socketLine) Read(p []byte) (int, error) {
	for len(t.left) == 0 {
		_, data, err := t.ws.ReadMessage()
		if err != nil {
			return 0, t.ended(err)
		}
		if t.left, err = t.words.shown(t.op, data); err != nil {
			return 0, err
		}
	}
	n := copy(p, t.left)
	t.tail = append(t.tail, t.left[:n]...)
	t.tail = t.tail[max(0, len(t.tail)-mostTail):]
	t.left = t.left[n:]
	return n, nil
}

// mostTail is how much is kept of what a terminal has shown, to say why it ended.
const mostTail = 512

// ended is the end of a stream as an error. Managers end tunnels without a close frame, and terminal servers tell a program
// that has failed by a code that must not be sent.
func (t *socketLine) ended(err error) error {
	if !websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway, websocket.CloseAbnormalClosure) &&
		!strings.Contains(err.Error(), "bad close code 1006") {
		return &Error{Type: ErrResponse, Op: t.op, Err: err}
	}
	if why := t.words.end(t.op, string(t.tail)); why != nil {
		return why
	}
	return io.EOF
}

// Close is Terminal's.
func (t *socketLine) Close() error {
	var err error
	t.once.Do(func() {
		err = farewell(t.ws)
		t.stop()
	})
	return err
}
