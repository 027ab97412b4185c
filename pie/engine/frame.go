package engine

import "encoding/binary"

// The WebSocket operations that a server sends.
const (
	opText   = 1
	opBinary = 2
	opClose  = 8
	opPong   = 10
)

// appendFrame appends one unfragmented, unmasked WebSocket frame to dst. Frames are written here rather than one by
// one through the WebSocket library so that a whole queue of them is a single write.
func appendFrame(dst []byte, op byte, payload []byte) []byte {
	dst = append(dst, 0x80|op)
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, byte(n))
	case n < 1<<16:
		dst = append(dst, 126)
		dst = binary.BigEndian.AppendUint16(dst, uint16(n))
	default:
		dst = append(dst, 127)
		dst = binary.BigEndian.AppendUint64(dst, uint64(n))
	}
	return append(dst, payload...)
}
