package pie

import (
	"errors"
	"io"
	"net"
	"syscall"
)

// networkError is an error of the network in words for people, with what Go says of it below.
type networkError struct {
	words string
	error
}

func (e networkError) Error() string { return e.words }
func (e networkError) Unwrap() error { return e.error }

// plain leaves out of an error what is said beside it already: the addresses, and the calls of the system.
func plain(err error) error {
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		if name.IsNotFound {
			return networkError{"no host is known by that name", err}
		}
		return networkError{"looking up the host's name failed", err}
	}
	if code, ok := errors.AsType[syscall.Errno](err); ok {
		return networkError{code.Error(), err}
	}
	if errors.Is(err, net.ErrClosed) {
		return networkError{"it was closed here", err}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return networkError{"the other side ended it", err}
	}
	return err
}
