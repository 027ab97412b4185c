package backendai

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Terminal is a terminal in a session. Read is for one goroutine; the rest is for any. Images that bring no terminal of
// their own close it at once or stay silent: their app "ttyd" through the tunnel works.
type Terminal struct {
	op    string
	ws    *websocket.Conn
	stop  func()
	once  sync.Once
	write sync.Mutex
	left  []byte
}

// terminalFrame is a message either way.
type terminalFrame struct {
	Type  string `json:"type"`
	Chars []byte `json:"chars,omitempty"` // stdin
	Data  any    `json:"data,omitempty"`  // out: base64; error: text
	Rows  int    `json:"rows,omitempty"`
	Cols  int    `json:"cols,omitempty"`
}

// OpenTerminal opens a terminal of a session; app "" is the image's own. The context bounds the opening only.
func (c *Client) OpenTerminal(ctx context.Context, session, app string) (*Terminal, error) {
	op := "open a terminal in session " + session
	ws, err := c.upgrade(ctx, call{op: op, area: streamArea, path: segments(session, "pty"), query: query{"app", app}})
	if err != nil {
		return nil, err
	}
	return &Terminal{op: op, ws: ws, stop: pinger(ws, nil)}, nil
}

func (t *Terminal) send(f terminalFrame) error {
	t.write.Lock()
	defer t.write.Unlock()
	_ = t.ws.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err := t.ws.WriteMessage(websocket.TextMessage, encodeJSON(f)); err != nil {
		return unsent(call{op: t.op}, err)
	}
	return nil
}

// Write types into the terminal.
func (t *Terminal) Write(p []byte) (int, error) {
	if err := t.send(terminalFrame{Type: "stdin", Chars: p}); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Resize tells the terminal its size in characters.
func (t *Terminal) Resize(rows, cols int) error {
	return t.send(terminalFrame{Type: "resize", Rows: rows, Cols: cols})
}

// Restart starts the shell anew.
func (t *Terminal) Restart() error { return t.send(terminalFrame{Type: "restart"}) }

// Read gives what the terminal shows; io.EOF is its end.
func (t *Terminal) Read(p []byte) (int, error) {
	for len(t.left) == 0 {
		_, data, err := t.ws.ReadMessage()
		if websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) {
			return 0, io.EOF
		}
		if err != nil {
			return 0, &Error{Type: ErrResponse, Op: t.op, Err: err}
		}
		if t.left, err = parseTerminal(t.op, data); err != nil {
			return 0, err
		}
	}
	n := copy(p, t.left)
	t.left = t.left[n:]
	return n, nil
}

func parseTerminal(op string, data []byte) ([]byte, error) {
	var kind struct{ Type string }
	if err := json.Unmarshal(data, &kind); err != nil {
		return nil, &Error{Type: ErrResponse, Op: op, Err: err}
	}
	switch kind.Type {
	case "out":
		var f struct{ Data []byte }
		if err := json.Unmarshal(data, &f); err != nil {
			return nil, &Error{Type: ErrResponse, Op: op, Err: err}
		}
		return f.Data, nil
	case "error":
		var f struct{ Data string }
		_ = json.Unmarshal(data, &f)
		return nil, &Error{Type: ErrServer, Op: op, Title: "terminal error", Msg: f.Data, Err: fmt.Errorf("%s", f.Data)}
	}
	return nil, nil
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
