package main

import (
	"encoding/binary"
	"fmt"
	"net"

	"github.com/pierun/pierun/pie/wire"
	"github.com/zeebo/blake3"
)

// floodBlock is about how many bytes go out with one write.
const floodBlock = 512 << 10

// flood lays out one round of the sources, or as many as fill a block, and writes it again and again.
func (v *visit) flood(n int) {
	var round []byte
	for _, id := range v.sources {
		round = append(round, v.laidOut(&wire.Event{Kind: wire.Stdout, ID: []byte(id), Text: []byte("0123456789abcdef")})...)
	}
	each := max(1, min(n, floodBlock/len(round)))
	block := make([]byte, 0, each*len(round))
	for range each {
		block = append(block, round...)
	}
	raw := v.raw()
	for ; n > 0; n -= each {
		each = min(each, n)
		if _, err := raw.Write(block[:each*len(round)]); err != nil {
			return
		}
	}
	for _, id := range v.sources {
		v.end(id, "")
	}
	v.sources = nil
}

// raw is the connection itself, with everything before written.
func (v *visit) raw() net.Conn {
	c := v.c.NetConn().(*flushConn)
	_ = c.flush()
	return c.Conn
}

// laidOut is the whole WebSocket message of e, without a mask, as a server sends it.
func (v *visit) laidOut(e *wire.Event) []byte {
	frame, _, err := v.dialect.EncodeEvent(nil, e)
	if err != nil {
		panic(fmt.Sprint("an event that cannot be encoded: ", err))
	}
	return append(messageHead(len(frame)), frame...)
}

func messageHead(n int) []byte {
	switch {
	case n < 126:
		return []byte{0x82, byte(n)}
	case n < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{0x82, 126}, uint16(n))
	}
	return binary.BigEndian.AppendUint64([]byte{0x82, 127}, uint64(n))
}

// fileContent is what every part of a sent file holds; the last one may be shorter.
func fileContent() []byte {
	data := make([]byte, wire.ChunkSize)
	for i := range data {
		data[i] = byte(i * 7)
	}
	return data
}

// file sends size bytes. It hashes nothing and copies every part once.
func (v *visit) file(id string, p *visited) {
	total := (p.n + len(p.content) - 1) / len(p.content)
	raw := v.raw()
	const room = 10 // for the longest head
	e := wire.Event{Kind: wire.File, ID: []byte(id), Hash: p.sum}
	buf := make([]byte, room, room+wire.ChunkSize+1024)
	for i := range total {
		e.Chunk = wire.Chunk{Index: uint32(i), Total: uint32(total), Data: p.content[:min(p.n-i*len(p.content), len(p.content))]}
		whole, _, err := v.dialect.EncodeEvent(buf[:room], &e)
		if err != nil {
			return
		}
		head := messageHead(len(whole) - room)
		start := room - len(head)
		copy(whole[start:], head)
		if _, err := raw.Write(whole[start:]); err != nil {
			return
		}
	}
	v.end(id, "")
}

func fileSum(data []byte, size int) []byte {
	hash := blake3.New()
	for left := size; left > 0; left -= len(data) {
		_, _ = hash.Write(data[:min(left, len(data))])
	}
	return fmt.Appendf(nil, "%x", hash.Sum(nil))
}
