package backendai_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/backendai/faketest"
)

// comesUp is a server that refuses so many connections, and then echoes each.
func comesUp(refused int32) func(string, int) (net.Conn, error) {
	var tried atomic.Int32
	return func(string, int) (net.Conn, error) {
		if tried.Add(1) <= refused {
			return nil, errors.New("nothing there yet")
		}
		near, far := net.Pipe()
		go func() {
			defer far.Close()
			_, _ = io.Copy(far, io.LimitReader(far, 50_000))
		}()
		return near, nil
	}
}

// forwarded opens a forward of port 8080, and a connection to it.
func forwarded(t *testing.T, serve func(string, int) (net.Conn, error), told func(error)) net.Conn {
	t.Helper()
	c, _ := fake(t, faketest.Options{Dial: serve}, func(cfg *backendai.Config) { cfg.Clock, cfg.ConnectTimeout = skewless{}, 100*time.Millisecond })
	id := session(t, c, "forward", 8080)
	f, err := c.ForwardApp(t.Context(), id, backendai.App{Name: "8080"}, "127.0.0.1:0", told)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	conn, err := net.Dial("tcp", f.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// TestForwardWaitsForTheServer: what a client says while nothing listens yet arrives where something does.
func TestForwardWaitsForTheServer(t *testing.T) {
	conn := forwarded(t, comesUp(2), func(err error) { t.Error(err) })
	data := bytes.Repeat([]byte("0123456789"), 5_000)
	go conn.Write(data)
	if got, err := io.ReadAll(conn); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// TestForwardTells: a connection that nobody takes is told of.
func TestForwardTells(t *testing.T) {
	told := make(chan error, 1)
	conn := forwarded(t, comesUp(1<<30), func(err error) { told <- err })
	if _, err := conn.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := <-told; !errors.Is(err, backendai.ErrNotListening) || !strings.Contains(err.Error(), "tunnel to 8080") {
		t.Error(err)
	}
}

// TestForwardOfNoApp: an app that the session does not have is refused, naming those that it has.
func TestForwardOfNoApp(t *testing.T) {
	c, _ := fake(t, faketest.Options{})
	id := session(t, c, "no-app", 8080)
	_, err := c.ForwardApp(t.Context(), id, backendai.App{Name: "nosuch"}, "127.0.0.1:0", nil)
	if !errors.As(err, new(*backendai.UsageError)) || !strings.Contains(err.Error(), "8080") {
		t.Error(err)
	}
}
