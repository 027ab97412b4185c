package backendai

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gorilla/websocket"
)

// ptyWords are those of the manager's own stream: JSON texts.
type ptyWords struct{}

// ptyFrame is a message either way.
type ptyFrame struct {
	Type  string `json:"type"`
	Chars []byte `json:"chars,omitempty"` // stdin
	Rows  int    `json:"rows,omitempty"`
	Cols  int    `json:"cols,omitempty"`
}

// openPTY opens the manager's stream; app "pty" is the image's own.
func (c *Client) openPTY(ctx context.Context, session, app string) (terminalLine, error) {
	op := opening(session)
	if app == TerminalPTY {
		app = ""
	}
	ws, err := c.upgrade(ctx, call{op: op, area: streamArea, path: segments(session, "pty"), query: query{"app", app}})
	if err != nil {
		return nil, err
	}
	return newSocketLine(op, ws, ptyWords{}), nil
}

func (ptyWords) kind() int { return websocket.TextMessage }

func (ptyWords) typed(text []byte) []byte { return encodeJSON(ptyFrame{Type: "stdin", Chars: text}) }

func (ptyWords) sized(rows, cols int) []byte {
	return encodeJSON(ptyFrame{Type: "resize", Rows: rows, Cols: cols})
}

// end: managers of 23.09 fail on the first key, whatever the image, and close the stream without a word.
func (ptyWords) end(op, tail string) error {
	if tail != "" {
		return nil
	}
	return &UnsupportedError{op + ": the manager has closed its stream without showing anything, as those of 23.09 do at the first key; " +
		"session:terminal() in a script takes the session's own SSH or terminal server where there is one, and execute runs code without a terminal"}
}

func (ptyWords) shown(op string, message []byte) ([]byte, error) { return parseTerminal(op, message) }

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
