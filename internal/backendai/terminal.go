package backendai

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Ways to a terminal, as OpenTerminal takes them.
const (
	TerminalTTYD = "ttyd" // the terminal server of the session, through the tunnel
	TerminalPTY  = "pty"  // the stream of the manager
)

// Terminal is a terminal in a session. Read is for one goroutine; the rest is for any.
type Terminal struct {
	op    string
	ws    *websocket.Conn
	words terminalWords
	stop  func()
	once  sync.Once
	write sync.Mutex
	left  []byte
	seen  bool // it has shown something
}

// terminalWords are the messages that one kind of terminal is spoken to with.
type terminalWords interface {
	kind() int // of WebSocket messages
	typed(text []byte) []byte
	sized(rows, cols int) []byte
	shown(op string, message []byte) ([]byte, error) // nothing for a message that shows nothing
	silent(op string) error                          // why it has ended before it showed anything; nil: it just has
}

// OpenTerminal opens a terminal of a session. way "" is TerminalTTYD where the session has it, which all of managers from
// 22.09 on do, and TerminalPTY else; any other word is an app that the manager's stream is to serve. The terminal server
// shows all who open it the same screen, as the site's own pages do. The context bounds the opening only.
func (c *Client) OpenTerminal(ctx context.Context, session, way string) (*Terminal, error) {
	if way == "" {
		apps, err := c.Apps(ctx, session)
		if err != nil {
			return nil, err
		}
		way = TerminalPTY
		if slices.ContainsFunc(apps, func(p Port) bool { return p.Name == TerminalTTYD }) {
			way = TerminalTTYD
		}
	}
	if way == TerminalTTYD {
		return c.openTTYD(ctx, session)
	}
	return c.openPTY(ctx, session, way)
}

func newTerminal(op string, ws *websocket.Conn, words terminalWords) *Terminal {
	return &Terminal{op: op, ws: ws, words: words, stop: pinger(ws, nil)}
}

func (t *Terminal) send(message []byte) error {
	t.write.Lock()
	defer t.write.Unlock()
	_ = t.ws.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err := t.ws.WriteMessage(t.words.kind(), message); err != nil {
		return unsent(call{op: t.op}, err)
	}
	return nil
}

// Write types into the terminal.
func (t *Terminal) Write(p []byte) (int, error) {
	if err := t.send(t.words.typed(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Resize tells the terminal its size in characters.
func (t *Terminal) Resize(rows, cols int) error { return t.send(t.words.sized(rows, cols)) }

// Read gives what the terminal shows; io.EOF is its end. One that has never shown anything ends in an UnsupportedError where
// that is what managers do that serve none.
func (t *Terminal) Read(p []byte) (int, error) {
	for len(t.left) == 0 {
		_, data, err := t.ws.ReadMessage()
		if err != nil {
			return 0, t.ended(err)
		}
		if t.left, err = t.words.shown(t.op, data); err != nil {
			return 0, err
		}
	}
	t.seen = true
	n := copy(p, t.left)
	t.left = t.left[n:]
	return n, nil
}

// ended is the end of a stream as an error. Managers end tunnels without a close frame.
func (t *Terminal) ended(err error) error {
	if !websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway, websocket.CloseAbnormalClosure) {
		return &Error{Type: ErrResponse, Op: t.op, Err: err}
	}
	if why := t.words.silent(t.op); why != nil && !t.seen {
		return why
	}
	return io.EOF
}

// Close ends the terminal.
func (t *Terminal) Close() error {
	var err error
	t.once.Do(func() {
		err = farewell(t.ws)
		t.stop()
	})
	return err
}
