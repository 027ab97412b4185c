package backendai

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/gorilla/websocket"
)

// ttydWords are those of the terminal server ttyd: binary messages whose first byte says what follows.
type ttydWords struct{}

const (
	ttydTyped = '0' // to it: keys
	ttydSized = '1' // to it: JSON
	ttydShown = '0' // from it; others are its title and its settings
)

// ttydSize is what it is told at first and at each resize. Sessions set no credentials: who may open the tunnel may type.
type ttydSize struct {
	Token *string `json:"AuthToken,omitempty"`
	Cols  int     `json:"columns"`
	Rows  int     `json:"rows"`
}

// openTTYD reaches the session's terminal server through the tunnel. The manager has the session start it.
func (c *Client) openTTYD(ctx context.Context, session string) (terminalLine, error) {
	op := opening(session)
	dialer := websocket.Dialer{Subprotocols: []string{"tty"}, HandshakeTimeout: c.cfg.RequestTimeout,
		NetDialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return c.DialApp(ctx, session, App{Name: TerminalTTYD})
		}}
	ws, _, err := dialer.DialContext(ctx, "ws://"+TerminalTTYD+".session/ws", nil) //nolint:bodyclose // nothing to close after a dial
	if err != nil {
		return nil, noTTYD(op, ended(ctx, err))
	}
	ws.SetReadLimit(mostMessage)
	t := newSocketLine(op, ws, ttydWords{})
	if err := t.send(encodeJSON(ttydSize{Token: new(string), Cols: 80, Rows: 24})); err != nil {
		_ = t.Close()
		return nil, err
	}
	return t, nil
}

// noTTYD says what to do where the terminal server cannot be had; errors of the manager say enough.
func noTTYD(op string, err error) error {
	if e := (*Error)(nil); errors.As(err, &e) && !errors.Is(err, ErrNotListening) {
		return err
	}
	return &Error{Type: ErrResponse, Op: op, Err: err, Hint: notAnswering("terminal server (its app ttyd)")}
}

func (ttydWords) kind() int { return websocket.BinaryMessage }

func (ttydWords) typed(text []byte) []byte { return append([]byte{ttydTyped}, text...) }

func (ttydWords) sized(rows, cols int) []byte {
	return append([]byte{ttydSized}, encodeJSON(ttydSize{Cols: cols, Rows: rows})...)
}

func (ttydWords) shown(_ string, message []byte) ([]byte, error) {
	if len(message) == 0 || message[0] != ttydShown {
		return nil, nil
	}
	return message[1:], nil
}

// end: the program that the terminal server shows may not come up in some images.
func (ttydWords) end(op, tail string) error {
	if !strings.Contains(tail, "open terminal failed") {
		return nil
	}
	return &UnsupportedError{op + ": the session's terminal server has nothing to show in this image (" + lastLine(tail) + "); " +
		`its SSH server has: session:terminal("sshd") in a script`}
}
