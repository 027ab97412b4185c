package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
	"github.com/pierun/pierun/pie/wire"
)

// server is the neutral side of every measurement: it speaks the gateway generation, runs no programs, and writes
// frames that were laid out beforehand, so that the clients are the limit. Its work by program name:
//
//	noop            ends at once
//	source {"n":N}  is silent until any source of the connection is sent "go"; then all print N pieces of 16 bytes
//	                in turn, and end
//	echo            sends every message back, ends at "bye"
//	idle            is silent, ends at "bye"
//	down {"n":N}    sends one file of N bytes at "go", and ends
//	up {"n":N}      waits for N bytes of files, says "got", and ends with "ok" if the hash was right
type server struct{ dialect *wire.Dialect }

// flushConn gathers what is written and sends it when its reader is about to wait: one system call for a burst.
type flushConn struct {
	net.Conn
	mu  sync.Mutex
	out *bufio.Writer
}

func newFlushConn(c net.Conn) *flushConn {
	return &flushConn{Conn: c, out: bufio.NewWriterSize(c, 256<<10)}
}

func (c *flushConn) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.Write(b)
}

func (c *flushConn) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.Flush()
}

func (c *flushConn) Read(b []byte) (int, error) {
	if err := c.flush(); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

type flushListener struct{ net.Listener }

func (l flushListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newFlushConn(c), nil
}

// serve answers on a loopback port until ctx ends, and prints the address.
func serve(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	d, err := wire.Find("gateway-0.5")
	if err != nil {
		return err
	}
	s := &server{dialect: d}
	h := &http.Server{Handler: http.HandlerFunc(s.upgrade)}
	fmt.Printf("ws://%s\n", l.Addr())
	stop := context.AfterFunc(ctx, func() { _ = h.Close() })
	defer stop()
	return h.Serve(flushListener{l})
}

func (s *server) upgrade(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{ReadBufferSize: 256 << 10, WriteBufferSize: 64 << 10, CheckOrigin: func(*http.Request) bool { return true }}
	header := http.Header{"Date": {"Thu, 01 Jan 1970 00:00:00 GMT"}} // the mark of a gateway
	if c, err := up.Upgrade(w, r, header); err == nil {
		s.session(c)
	}
}

// session reads the commands of one connection and answers them, one after another.
func (s *server) session(c *websocket.Conn) {
	defer c.Close()
	c.SetReadLimit(-1)
	v := &visit{server: s, c: c}
	var frame []byte
	var cmd wire.Command
	for {
		kind, r, err := c.NextReader()
		if err != nil {
			return
		}
		if frame, err = readAll(r, frame[:0]); err != nil {
			return
		}
		if s.dialect.DecodeCommand(frame, kind == websocket.TextMessage, &cmd) == nil {
			v.handle(&cmd)
		}
	}
}
