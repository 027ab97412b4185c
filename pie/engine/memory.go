package engine

import (
	"net"
	"syscall"
	"time"
)

// memoryConn is one end of a duplex stream in memory that behaves as a TCP connection does: buffered, bounded, with
// deadlines on the engine's clock, half-close and reset.
type memoryConn struct {
	in, out *half
	local   memoryAddr
	remote  memoryAddr
}

type memoryAddr string

func (memoryAddr) Network() string  { return "memory" }
func (a memoryAddr) String() string { return string(a) }

// newMemoryPair connects two ends. meter is told +1 while bytes are on their way or their reader has not come back
// for more, which it does only when it has dealt with them.
func newMemoryPair(clock Clock, meter func(int)) (client, server *memoryConn) {
	up, down := newHalf(clock, meter), newHalf(clock, meter)
	client = &memoryConn{in: down, out: up, local: "client", remote: "engine"}
	server = &memoryConn{in: up, out: down, local: "engine", remote: "client"}
	return client, server
}

func (c *memoryConn) Read(p []byte) (int, error)  { return c.in.read(p) }
func (c *memoryConn) Write(p []byte) (int, error) { return c.out.write(p) }
func (c *memoryConn) LocalAddr() net.Addr         { return c.local }
func (c *memoryConn) RemoteAddr() net.Addr        { return c.remote }

// Close ends both directions; the peer still reads what was written.
func (c *memoryConn) Close() error {
	c.out.closeWrite()
	c.in.closeRead()
	return c.SetDeadline(time.Time{})
}

// CloseWrite ends this end's own direction alone.
func (c *memoryConn) CloseWrite() error {
	c.out.closeWrite()
	return nil
}

// reset ends both directions at once for both ends, and what was on its way is gone.
func (c *memoryConn) reset() {
	c.out.breakOff(errReset)
	c.in.breakOff(errReset)
}

var errReset = &net.OpError{Op: "read", Net: "memory", Err: syscall.ECONNRESET}

func (c *memoryConn) SetDeadline(t time.Time) error {
	c.in.setDeadline(&c.in.readBy, t)
	c.out.setDeadline(&c.out.writeBy, t)
	return nil
}

func (c *memoryConn) SetReadDeadline(t time.Time) error {
	c.in.setDeadline(&c.in.readBy, t)
	return nil
}

func (c *memoryConn) SetWriteDeadline(t time.Time) error {
	c.out.setDeadline(&c.out.writeBy, t)
	return nil
}
