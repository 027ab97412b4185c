package backendai

import (
	"context"
	"io"
	"slices"
)

// Ways to a terminal, as OpenTerminal takes them.
const (
	TerminalSSHD = "sshd" // a shell of its own, by the session's SSH server through the tunnel
	TerminalTTYD = "ttyd" // the screen that the site's own pages show, by the session's terminal server through the tunnel
	TerminalPTY  = "pty"  // the stream of the manager
)

// Terminal is a terminal in a session. Read is for one goroutine; the rest is for any.
type Terminal struct {
	line terminalLine
}

// terminalLine is what a terminal is reached by.
type terminalLine interface {
	io.ReadWriteCloser
	resize(rows, cols int) error
}

// OpenTerminal opens a terminal of a session. way "" is the first of TerminalSSHD, TerminalTTYD and TerminalPTY that there is:
// sessions of managers from 22.09 on have all three. Any other word is an app that the manager's stream is to serve. The context
// bounds the opening only.
func (c *Client) OpenTerminal(ctx context.Context, session, way string) (*Terminal, error) {
	if way == "" {
		apps, err := c.Apps(ctx, session)
		if err != nil {
			return nil, err
		}
		way = firstWay(apps)
	}
	open := map[string]func(context.Context, string) (terminalLine, error){TerminalSSHD: c.openSSHD, TerminalTTYD: c.openTTYD}[way]
	if open == nil {
		open = func(ctx context.Context, session string) (terminalLine, error) { return c.openPTY(ctx, session, way) }
	}
	line, err := open(ctx, session)
	if err != nil {
		return nil, err
	}
	return &Terminal{line}, nil
}

func firstWay(apps []Port) string {
	for _, way := range []string{TerminalSSHD, TerminalTTYD} {
		if slices.ContainsFunc(apps, func(p Port) bool { return p.Name == way }) {
			return way
		}
	}
	return TerminalPTY
}

// opening is what errors of a terminal begin with.
func opening(session string) string { return "open a terminal in session " + session }

// notAnswering is the next step where one of the session's own servers is not there.
func notAnswering(server string) string {
	return "the session's " + server + " does not answer: a restarted session has to be made anew for it; execute runs code without a terminal"
}

// Write types into the terminal.
func (t *Terminal) Write(p []byte) (int, error) { return t.line.Write(p) }

// Resize tells the terminal its size in characters; it begins with 24 rows of 80.
func (t *Terminal) Resize(rows, cols int) error {
	const most = 65535
	if rows < 1 || rows > most || cols < 1 || cols > most {
		return misuse("a terminal has 1 to %d rows and columns, not %d and %d", most, rows, cols)
	}
	return t.line.resize(rows, cols)
}

// Read gives what the terminal shows; io.EOF is its end. One that never came up ends in an UnsupportedError that says why.
func (t *Terminal) Read(p []byte) (int, error) { return t.line.Read(p) }

// Close ends the terminal.
func (t *Terminal) Close() error { return t.line.Close() }
