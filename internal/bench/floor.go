package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/gorilla/websocket"
	"github.com/pierun/pierun/pie/wire"
	"github.com/zeebo/blake3"
)

// floor is the least that a client in Go has to do: read a message into a buffer that is used again, decode it, keep
// nothing. It routes nothing, boxes nothing and wakes nobody.
type floor struct {
	job
	ws    *websocket.Conn
	d     *wire.Dialect
	frame []byte
	out   []byte
	event wire.Event
	ids   []string
}

// newFloor connects; gathers says that messages are sent together, before it waits for an answer, in place of each by itself.
func newFloor(j job, gathers bool) (*floor, error) {
	dialer := websocket.Dialer{ReadBufferSize: 64 << 10, WriteBufferSize: 64 << 10}
	if gathers {
		dialer.NetDialContext = dialGathering
	}
	f := &floor{job: j}
	var err error
	if f.d, err = wire.Find("gateway-0.5"); err != nil {
		return nil, err
	}
	f.ws, _, err = dialer.Dial(j.uri, http.Header{})
	return f, err
}

func dialGathering(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return newFlushConn(c), nil
}

func floorClient(j job, gathers bool) error {
	f, err := newFloor(j, gathers)
	if err != nil {
		return err
	}
	switch j.word {
	case "events", "silent":
		return f.events()
	case "launches":
		return f.launches()
	case "echo":
		return f.echo()
	case "down":
		return f.down()
	case "up":
		return f.up()
	case "idle":
		begin()
		return errors.Join(f.launch(f.n, f.program(), "{}"), end(len(f.ids), f.n))
	}
	return errors.New("the floor has no " + j.word)
}

// next reads one message into event.
func (f *floor) next() error {
	_, r, err := f.ws.NextReader()
	if err != nil {
		return err
	}
	if f.frame, err = readAll(r, f.frame[:0]); err != nil {
		return err
	}
	return f.d.DecodeEvent(f.frame, false, &f.event)
}

func (f *floor) send(c *wire.Command) error {
	var err error
	if f.out, _, err = f.d.EncodeCommand(f.out[:0], c); err != nil {
		return err
	}
	return f.ws.WriteMessage(websocket.BinaryMessage, f.out)
}

// ask sends n launches at once.
func (f *floor) ask(n int, program, input string) error {
	for k := range n {
		c := wire.Command{Kind: wire.Launch, Corr: uint32(k + 1), Program: program, Input: input, Capture: true}
		if err := f.send(&c); err != nil {
			return err
		}
	}
	return nil
}

// launch sends n launches at once and reads the answers.
func (f *floor) launch(n int, program, input string) error {
	if err := f.ask(n, program, input); err != nil {
		return err
	}
	for range n {
		if err := f.next(); err != nil {
			return err
		}
		f.ids = append(f.ids, string(f.event.Text))
	}
	return nil
}

// say sends a message to the program launched last, and its bytes on their way.
func (f *floor) say(text string) error {
	return f.send(&wire.Command{Kind: wire.Signal, ID: f.ids[len(f.ids)-1], Text: text})
}

func (f *floor) events() error {
	sources := f.n
	if f.word == "silent" {
		if err := f.launch(f.n, "idle@1.0.0", "{}"); err != nil {
			return err
		}
		sources = 1
	}
	if err := f.launch(sources, f.program(), f.input()); err != nil {
		return err
	}
	begin()
	if err := f.say("go"); err != nil {
		return err
	}
	got, ended := 0, 0
	for ended < sources {
		if err := f.next(); err != nil {
			return err
		}
		if f.event.Kind.Terminal() {
			ended++
		} else {
			got++
		}
	}
	return end(got, sources*f.m)
}

// launches notes which instance has ended, which is the least that shows that none was lost.
func (f *floor) launches() error {
	running := make(map[string]bool)
	begin()
	if err := f.ask(f.n, f.program(), "{}"); err != nil {
		return err
	}
	ended := 0
	for range 2 * f.n {
		if err := f.next(); err != nil {
			return err
		}
		switch {
		case f.event.Kind == wire.Answer:
			running[string(f.event.Text)] = true
		case f.event.Kind.Terminal() && running[string(f.event.ID)]:
			delete(running, string(f.event.ID))
			ended++
		}
	}
	return end(ended, f.n)
}

func (f *floor) echo() error {
	if err := f.launch(f.n, f.program(), "{}"); err != nil {
		return err
	}
	begin()
	for _, id := range f.ids {
		if err := f.send(&wire.Command{Kind: wire.Signal, ID: id, Text: "0123456789abcdef"}); err != nil {
			return err
		}
	}
	all := f.n * f.m
	for k := range all {
		if err := f.next(); err != nil {
			return err
		}
		if k+f.n >= all {
			continue
		}
		if err := f.send(&wire.Command{Kind: wire.Signal, ID: string(f.event.ID), Text: "0123456789abcdef"}); err != nil {
			return err
		}
	}
	return end(all, all)
}

func (f *floor) down() error {
	if err := f.launch(1, f.program(), f.input()); err != nil {
		return err
	}
	begin()
	if err := f.say("go"); err != nil {
		return err
	}
	hash, got := blake3.New(), 0
	for got < f.m {
		if err := f.next(); err != nil {
			return err
		}
		_, _ = hash.Write(f.event.Chunk.Data)
		got += len(f.event.Chunk.Data)
	}
	if fmt.Sprintf("%x", hash.Sum(nil)) != string(f.event.Hash) {
		return errors.New("the file is damaged")
	}
	return end(got, f.m)
}

func (f *floor) up() error {
	if err := f.launch(1, f.program(), f.input()); err != nil {
		return err
	}
	data := make([]byte, f.m)
	begin()
	sum := blake3.Sum256(data)
	c := wire.Command{Kind: wire.SendFile, ID: f.ids[0], Hash: fmt.Sprintf("%x", sum[:])}
	total := (len(data) + wire.ChunkSize - 1) / wire.ChunkSize
	for k := range total {
		part := data[k*wire.ChunkSize : min(len(data), (k+1)*wire.ChunkSize)]
		c.Chunk = wire.Chunk{Index: uint32(k), Total: uint32(total), Data: part}
		if err := f.send(&c); err != nil {
			return err
		}
	}
	if err := f.next(); err != nil {
		return err
	}
	return end(0, 0)
}
