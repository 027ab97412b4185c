package engine

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func pair(t *testing.T) (client, server *memoryConn) {
	t.Helper()
	client, server = newMemoryPair(systemClock{}, func(int) {})
	t.Cleanup(func() {
		_ = client.Close()
		_ = server.Close()
	})
	return client, server
}

func TestBytesPassWholeAndInOrder(t *testing.T) {
	client, server := pair(t)
	sent := make([]byte, 3*windowSize+17)
	for i := range sent {
		sent[i] = byte(i * 7)
	}
	go func() {
		for rest := sent; len(rest) > 0; {
			n := min(len(rest), 10_007)
			_, _ = client.Write(rest[:n])
			rest = rest[n:]
		}
		_ = client.CloseWrite()
	}()
	got, err := io.ReadAll(server)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes, %v", len(got), len(sent), err)
	}
	if _, err := server.Write([]byte("still open this way")); err != nil {
		t.Error(err)
	}
}

func TestAFullWindowMakesTheWriterWait(t *testing.T) {
	client, _ := pair(t)
	if n, err := client.Write(make([]byte, windowSize)); n != windowSize || err != nil {
		t.Errorf("wrote %d, %v", n, err)
	}
	written := make(chan error, 1)
	go func() {
		_, err := client.Write([]byte("one more"))
		written <- err
	}()
	_ = client.SetWriteDeadline(time.Unix(1, 0))
	if err := <-written; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestDeadlines(t *testing.T) {
	client, server := pair(t)
	_ = client.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := client.Read(make([]byte, 1))
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("got %v", err)
	}
	_ = client.SetReadDeadline(time.Time{})
	_, _ = server.Write([]byte("x"))
	if n, err := client.Read(make([]byte, 9)); n != 1 || err != nil {
		t.Errorf("after the deadline was lifted: %d, %v", n, err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := client.Read(make([]byte, 1))
		done <- err
	}()
	_ = client.SetReadDeadline(time.Unix(1, 0)) // a deadline that has passed wakes who waits
	if err := <-done; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestEndsOfAConnection(t *testing.T) {
	client, server := pair(t)
	_, _ = client.Write([]byte("last words"))
	_ = client.Close()
	if got, err := io.ReadAll(server); string(got) != "last words" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := server.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write to a closed peer: %v", err)
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("read after close: %v", err)
	}
	client, server = pair(t)
	_, _ = client.Write([]byte("never arrives"))
	server.reset()
	for _, c := range []*memoryConn{client, server} {
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v", err)
		}
	}
}

// TestBytesOnTheirWayAreCounted checks that the meter is up from the write until the reader comes back for more.
func TestBytesOnTheirWayAreCounted(t *testing.T) {
	var mu sync.Mutex
	busy := 0
	client, server := newMemoryPair(systemClock{}, func(delta int) {
		mu.Lock()
		busy += delta
		mu.Unlock()
	})
	check := func(when string, want int) {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if busy != want {
			t.Errorf("%s: %d, want %d", when, busy, want)
		}
	}
	check("at first", 0)
	_, _ = client.Write([]byte("abc"))
	check("written", 1)
	_, _ = server.Read(make([]byte, 2))
	check("half read", 1)
	_, _ = server.Read(make([]byte, 2))
	check("read and being dealt with", 1)
	_ = server.SetReadDeadline(time.Unix(1, 0))
	_, _ = server.Read(make([]byte, 1))
	check("dealt with", 0)
	_, _ = client.Write([]byte("abc"))
	_ = server.Close()
	check("nobody will read it, and the end is on its way back", 1)
	_ = client.Close()
	check("both are closed", 0)
}

// TestTheEndIsOnItsWayToo checks that whoever has to deal with the end of a stream is given the time for it.
func TestTheEndIsOnItsWayToo(t *testing.T) {
	var busy atomic.Int64
	client, server := newMemoryPair(systemClock{}, func(delta int) { busy.Add(int64(delta)) })
	_, _ = client.Write([]byte("abc"))
	_ = client.CloseWrite()
	for i, want := range []int64{1, 1, 0} { // the bytes, the end, once more
		if _, err := server.Read(make([]byte, 9)); (err == io.EOF) != (i > 0) || busy.Load() != want {
			t.Errorf("read %d: %v, %d on its way, want %d", i, err, busy.Load(), want)
		}
	}
	server.reset()
	if busy.Load() != 1 { // the client has to hear of it; the server knew
		t.Errorf("after a reset: %d", busy.Load())
	}
	_ = client.Close()
	_ = server.Close()
	if busy.Load() != 0 {
		t.Errorf("at last: %d", busy.Load())
	}
}

func TestKeptStreamsAreTheirLastMiB(t *testing.T) {
	var r ring
	for range 5 {
		r.add(string(bytes.Repeat([]byte{'x'}, 300_000)))
	}
	r.add("end")
	if text := r.take(); len(text) != ringSize || text[ringSize-4:] != "xend" {
		t.Errorf("%d bytes ending in %q", len(text), text[len(text)-4:])
	}
	r.add(string(bytes.Repeat([]byte{'y'}, ringSize)) + "z")
	if text := r.take(); len(text) != ringSize || text[ringSize-1] != 'z' {
		t.Errorf("%d bytes", len(text))
	}
}

func TestVersionsAreOrderedByNumber(t *testing.T) {
	for _, c := range [][2]string{{"0.2.15", "0.2.9"}, {"1.0.0", "0.9.9"}, {"1.0.0.1", "1.0.0"}, {"1.b", "1.a"}} {
		if compareVersions(c[0], c[1]) <= 0 || compareVersions(c[1], c[0]) >= 0 {
			t.Errorf("%s is not above %s", c[0], c[1])
		}
	}
}

func TestIDs(t *testing.T) {
	id := newID()
	for _, form := range []string{id, string(bytes.ToUpper([]byte(id))), id[:8] + id[9:13] + id[14:18] + id[19:23] + id[24:]} {
		if got, ok := parseID(form); !ok || got != id {
			t.Errorf("%s: %s %v", form, got, ok)
		}
	}
	for _, bad := range []string{"", "zz", id[:35], id + "0", "g" + id[1:]} {
		if _, ok := parseID(bad); ok {
			t.Errorf("%q passed", bad)
		}
	}
}

func TestWordsReadLikeText(t *testing.T) {
	text, n := "", 0
	for w := newWords(1, "a prompt"); ; n++ {
		piece, more := w.next()
		if !more {
			break
		}
		if len(piece) == 0 || len(piece) > longWord+2 {
			t.Errorf("a piece of %d bytes: %q", len(piece), piece)
		}
		text += piece
	}
	if n < 15 || text[0] < 'A' || text[0] > 'Z' || text[len(text)-1] != '.' || bytes.Contains([]byte(text), []byte("  ")) {
		t.Errorf("%d pieces: %q", n, text)
	}
}
