package pie

import (
	"errors"
	"net"
)

// longestHandshake is how many bytes a server may send before the upgrade is done: a header without an end would fill
// the memory. What may follow the upgrade at once, a full read buffer of it, counts as well.
const longestHandshake = 1 << 20

var errLongHandshake = errors.New("more than 1 MiB came in place of an answer to the WebSocket upgrade")

// handshake bounds what is read from a connection until it is over.
type handshake struct {
	net.Conn
	read int
	over bool
}

func (h *handshake) Read(p []byte) (int, error) {
	if !h.over && h.read >= longestHandshake {
		return 0, errLongHandshake
	}
	n, err := h.Conn.Read(p)
	h.read += n
	return n, err
}
