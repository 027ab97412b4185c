package pie_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/pierun/pierun/pie"
)

// TestAHeaderWithoutAnEndIsCut dials a server whose answer to the upgrade never ends.
func TestAHeaderWithoutAnEndIsCut(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"X-A: " + strings.Repeat("a", 60_000) + "\r\n", strings.Repeat("a", 60_000)} {
		sent := make(chan int, 1)
		_, err := pie.Dial(t.Context(), pie.Config{URI: "ws://endless", Dialect: "process-0.4", User: "ada",
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				ours, theirs := net.Pipe()
				go func() { sent <- endless(theirs, line) }()
				return ours, nil
			}})
		var e *pie.Error
		if !errors.As(err, &e) || e.Kind != pie.KindConnect || !strings.Contains(e.Message, "1 MiB") || e.Hint == "" {
			t.Errorf("%v", err)
		}
		if n := <-sent; n > 2<<20 {
			t.Errorf("%d bytes of the answer were read", n)
		}
	}
}

// endless answers the upgrade with a first line and then the same for ever; it gives how much was taken.
func endless(conn net.Conn, line string) int {
	defer conn.Close()
	_, _ = conn.Read(make([]byte, 64<<10))
	n, err := conn.Write([]byte("HTTP/1.1 101 Switching Protocols\r\n"))
	for err == nil {
		var more int
		more, err = conn.Write([]byte(line))
		n += more
	}
	return n
}
