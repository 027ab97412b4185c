package pie

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
)

func TestErrorsOfTheNetworkAreForPeople(t *testing.T) {
	for want, err := range map[string]error{
		"connection refused":                &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		"no host is known by that name":     &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}},
		"looking up the host's name failed": &net.DNSError{Err: "server misbehaving", Name: "x"},
		"the other side ended it":           fmt.Errorf("reading: %w", io.ErrUnexpectedEOF),
		"it was closed here":                net.ErrClosed,
		"something else":                    errors.New("something else"),
	} {
		if got := plain(err); got.Error() != want || !errors.Is(got, err) {
			t.Errorf("%v: %v", err, got)
		}
	}
}
