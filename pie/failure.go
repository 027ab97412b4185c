package pie

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/wire"
)

// unsent wraps the reason why a command certainly did not reach the server: it may be sent again.
type unsent struct{ error }

func (u unsent) Unwrap() error { return u.error }

// Errors of the outbox that its callers turn into words.
const (
	errShut = internal("the connection is closed")
	errFull = internal("too much is waiting to be written")
)

type internal string

func (e internal) Error() string { return string(e) }

// readLost says why reading ended; limit is the largest message that is taken.
func readLost(err error, limit int64) *Error {
	var c *websocket.CloseError
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		return &Error{Kind: KindProtocol, Message: fmt.Sprintf("the server sent a message of more than %d bytes", limit),
			Hint: "raise read_limit, or let the program say less at once; the connection was closed"}
	case errors.As(err, &c) && c.Code == websocket.CloseAbnormalClosure: // the library's words for no words at all
		return &Error{Kind: KindLost, Message: "the connection was cut", Err: plain(io.ErrUnexpectedEOF)}
	case errors.As(err, &c):
		return &Error{Kind: KindLost, Message: "the server closed the connection", Server: c.Text}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return &Error{Kind: KindLost, Message: "the connection was cut", Err: plain(err)}
	case strings.HasPrefix(err.Error(), "websocket: "):
		return &Error{Kind: KindProtocol, Message: "the server broke the WebSocket protocol", Err: err}
	}
	return &Error{Kind: KindLost, Message: "the connection broke", Err: plain(err)}
}

// ioLost is a failed write: the other side does not take bytes any more.
func ioLost(err error) *Error {
	if isTimeout(err) {
		return &Error{Kind: KindLost, Message: "the server stopped reading what it was sent", Err: err,
			Hint: "it is stuck, or was sent more than it takes; this connection was given up"}
	}
	return &Error{Kind: KindLost, Message: "the connection broke while a command was written", Err: plain(err)}
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// tooLate settles a request whose limit has passed.
func (l *link) tooLate(r *request, d time.Duration) { r.settle(reply{err: l.noAnswer(r, d)}) }

// noAnswer is a request whose deadline passed.
func (l *link) noAnswer(r *request, d time.Duration) error {
	e := &Error{Kind: KindTimeout, Op: r.op, Message: fmt.Sprintf("no answer within %v", d), Server: l.refused.last(),
		Hint: "servers do not answer what they do not understand; is it the right dialect, and does the server still work?"}
	switch doubt := l.c.Doubt(); {
	case r.long:
		e.Hint = joined("the first launch or install of a program compiles it on the server; if it needs longer, raise the limit", doubt)
	case doubt != "":
		e.Hint = doubt
	case l.requests.busy():
		e.Hint = "the server is at work on a launch or an install on this connection, and answers nothing else meanwhile"
	}
	return e
}

// encodeError turns what the codec says into words.
func encodeError(d *wire.Dialect, err error) error {
	if errors.Is(err, wire.ErrUnsupported) {
		return unsupported(d, "", "this command", "")
	}
	if errors.Is(err, wire.ErrText) {
		return notText()
	}
	return &Error{Kind: KindUsage, Message: "the command cannot be said to this server", Err: err}
}

// notText refuses what would reach the program as another text, or cost the connection.
func notText() *Error {
	return &Error{Kind: KindValue, Message: "a text that is not UTF-8 cannot be sent: it is binary, or was cut inside a character",
		Hint: "send bytes as a file, or encode them"}
}

// tooLarge is a command over the server's limit, which would cost the connection.
func tooLarge(d *wire.Dialect, n int) error {
	return &Error{Kind: KindRefused, Message: fmt.Sprintf("%d bytes are more than the %d that %s servers take in one command", n, d.Features.MaxCommand, d.Generation),
		Hint: "send large data as a file"}
}

// unsupported refuses what this generation of server cannot do.
func unsupported(d *wire.Dialect, op, what, instead string) *Error {
	return &Error{Kind: KindUnsupported, Op: op, Message: fmt.Sprintf("%s is not possible on %s servers", what, d.Generation), Hint: instead}
}

// refusalKind sorts words that a server said about a command that it did not accept.
func refusalKind(words string) Kind {
	for _, full := range []string{"admission rejected", "no worker available", "gateway draining", "cluster saturated"} {
		if strings.Contains(words, full) {
			return KindOutOfResources
		}
	}
	if strings.Contains(words, "bad client frame") {
		return KindProtocol
	}
	return KindRefused
}

// missing says that a failure's words mean: there is no such instance.
func missing(words string) bool { return strings.Contains(strings.ToLower(words), "not found") }

// badID recognizes the words of a server that refuses what can be no id of an instance.
func badID(words string) bool {
	w := strings.ToLower(words)
	return (strings.Contains(w, "invalid") || strings.Contains(w, "malformed")) && (strings.Contains(w, "process") || strings.Contains(w, "instance"))
}

// launchKind sorts the words of a refused launch.
func launchKind(words string) Kind {
	w := strings.ToLower(words)
	for _, unknown := range []string{"no such program", "not installed", "program not found", "no program named", "identifier",
		"registry returned error", "failed to download", "is installed"} {
		if strings.Contains(w, unknown) {
			return KindProgram
		}
	}
	if k := refusalKind(words); k == KindOutOfResources {
		return k
	}
	return KindLaunch
}
