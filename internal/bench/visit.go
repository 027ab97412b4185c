package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/gorilla/websocket"
	"github.com/pierun/pierun/pie/wire"
	"github.com/zeebo/blake3"
)

// visit is one connection to the server with what was launched on it.
type visit struct {
	*server
	c        *websocket.Conn
	programs []visited // by number
	sources  []string  // ids
	buf      []byte
}

// visited is one launched program.
type visited struct {
	kind byte // the first letter of its name
	n    int  // of its input
	left int  // bytes of a file that have not come
	hash *blake3.Hasher

	content, sum []byte // of a file to send
}

const idHead = "00000000-0000-4000-8000-"

func (v *visit) handle(c *wire.Command) {
	switch c.Kind {
	case wire.Identify:
		v.answer(c, "Already authenticated")
	case wire.Ping:
		v.answer(c, "Pong")
	case wire.Query:
		v.answer(c, "{}")
	case wire.HasProgram:
		v.answer(c, "true")
	case wire.List:
		v.answer(c, "[]")
	case wire.Launch:
		v.launch(c)
	case wire.Signal:
		v.signal(c)
	case wire.SendFile:
		v.received(c)
	case wire.Terminate:
		v.answer(c, "Process terminated")
		v.send(&wire.Event{Kind: wire.Aborted, ID: []byte(c.ID)})
	}
}

func (v *visit) launch(c *wire.Command) {
	id := fmt.Sprintf("%s%012x", idHead, len(v.programs))
	name, _, _ := strings.Cut(c.Program, "@")
	p := visited{kind: name[0]}
	switch p.kind {
	case 's':
		v.sources = append(v.sources, id)
		p.n = number(c.Input)
	case 'd':
		p.n, p.content = number(c.Input), fileContent()
		p.sum = fileSum(p.content, p.n)
	case 'u':
		p.n = number(c.Input)
		p.left, p.hash = p.n, blake3.New()
	}
	v.programs = append(v.programs, p)
	v.answer(c, id)
	if p.kind == 'n' {
		v.end(id, "")
	}
}

func number(text string) int {
	var in struct{ N int }
	_ = json.Unmarshal([]byte(text), &in)
	return in.N
}

// of finds a program by its id.
func (v *visit) of(id string) *visited {
	n, err := strconv.ParseUint(strings.TrimPrefix(id, idHead), 16, 32)
	if err != nil || int(n) >= len(v.programs) {
		return &visited{}
	}
	return &v.programs[n]
}

func (v *visit) signal(c *wire.Command) {
	p := v.of(c.ID)
	switch {
	case c.Text == "bye":
		v.end(c.ID, "")
	case p.kind == 'e':
		v.send(&wire.Event{Kind: wire.Message, ID: []byte(c.ID), Text: []byte(c.Text)})
	case p.kind == 's':
		v.flood(p.n)
	case p.kind == 'd':
		v.file(c.ID, p)
	}
}

// received counts and hashes a file. "got" comes before the last hashing, which is the server's own affair.
func (v *visit) received(c *wire.Command) {
	p := v.of(c.ID)
	if p.hash == nil {
		return
	}
	if p.left -= len(c.Chunk.Data); p.left > 0 {
		_, _ = p.hash.Write(c.Chunk.Data)
		return
	}
	v.send(&wire.Event{Kind: wire.Message, ID: []byte(c.ID), Text: []byte("got")})
	_, _ = p.hash.Write(c.Chunk.Data)
	word := "bad"
	if fmt.Sprintf("%x", p.hash.Sum(nil)) == c.Hash {
		word = "ok"
	}
	v.end(c.ID, word)
}

func (v *visit) end(id, word string) {
	v.send(&wire.Event{Kind: wire.Completed, ID: []byte(id), Text: []byte(word)})
}

func (v *visit) answer(c *wire.Command, text string) {
	v.send(&wire.Event{Kind: wire.Answer, For: c.Kind, Corr: c.Corr, OK: true, Text: []byte(text)})
}

func (v *visit) send(e *wire.Event) {
	frame, _, err := v.dialect.EncodeEvent(v.buf[:0], e)
	if err == nil {
		_ = v.c.WriteMessage(websocket.BinaryMessage, frame)
	}
	v.buf = frame[:0]
}
