package main

import (
	"bufio"
	"bytes"
	"errors"
)

// bytesClient shows that the server is not the limit: it launches as the floor does and then only takes the bytes off
// the socket, without looking for messages in them, until those of the end.
func bytesClient(j job) error {
	f, err := newFloor(j, true)
	if err != nil {
		return err
	}
	sources, word := j.n, j.program()
	if j.word == "silent" {
		err, sources = f.launch(j.n, "idle@1.0.0", "{}"), 1
	}
	if err = errors.Join(err, f.launch(sources, word, j.input())); err != nil {
		return err
	}
	begin()
	if err := errors.Join(f.say("go"), f.ws.NetConn().(*flushConn).flush()); err != nil {
		return err
	}
	// The last message is the end of the program launched last.
	last := []byte(f.ids[len(f.ids)-1])
	raw, tail := bufio.NewReaderSize(f.ws.NetConn(), 256<<10), make([]byte, 0, 512<<10)
	for {
		if _, err := raw.Peek(1); err != nil {
			return err
		}
		part, _ := raw.Peek(raw.Buffered())
		tail = append(tail[:copy(tail, tail[max(0, len(tail)-256):])], part...)
		_, _ = raw.Discard(len(part))
		near := tail[max(0, len(tail)-256):]
		if bytes.Contains(near, []byte("return")) && bytes.Contains(near, last) {
			return end(0, 0)
		}
	}
}
