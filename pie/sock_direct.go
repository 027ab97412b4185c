//go:build unix

package pie

import (
	"net"
	"syscall"
)

// direct is the connection's own file, for writing without ever waiting; nil where it is not certain that writing to it
// is all that the connection does.
func direct(c net.Conn) (raw syscall.RawConn) {
	switch c := c.(type) {
	case *net.TCPConn:
		raw, _ = c.SyscallConn() // nil with an error
	case *net.UnixConn:
		raw, _ = c.SyscallConn()
	}
	return raw
}

// writeNow writes what the system takes at once; errors are left to the next write that waits.
func writeNow(raw syscall.RawConn, p []byte) (written int) {
	_ = raw.Write(func(fd uintptr) bool {
		n, _ := syscall.Write(int(fd), p)
		written = max(0, n)
		return true
	})
	return written
}
