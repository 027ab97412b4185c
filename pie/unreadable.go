package pie

import (
	"errors"

	"github.com/pierun/pierun/pie/wire"
)

// strange handles a frame that cannot be understood: a newer server may send what this client does not know, which
// is skipped; bytes that are no message at all mean that nothing behind them can be trusted.
func (l *link) strange(err error) {
	if unknown := (*wire.UnknownError)(nil); errors.As(err, &unknown) && unknown.Type != "" {
		return
	}
	l.unreadable(err)
}

// unreadable ends the connection, on the reader's goroutine: it reads no further, and settles all that hangs on the link.
func (l *link) unreadable(err error) {
	l.deaf = true
	l.fail(&Error{
		Kind: KindProtocol, Message: "the server sent a frame that cannot be read", Err: err,
		Hint: "is this a Pie server, and the right dialect? The connection was closed",
	})
}
