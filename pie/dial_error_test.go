package pie_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/pierun/pierun/pie"
)

// answering takes connections, reads the upgrade and says something; "" says nothing and hangs up.
func answering(words string) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			if _, err := http.ReadRequest(bufio.NewReader(theirs)); err == nil {
				_, _ = theirs.Write([]byte(words))
			}
		}()
		return ours, nil
	}
}

// What stands at an address and is no Pie server is told in words that say what to look at.
func TestDialErrorsSayTheNextStep(t *testing.T) {
	head := func(status string) string { return "HTTP/1.1 " + status + "\r\nContent-Length: 4\r\n" }
	for name, test := range map[string]struct {
		uri, dialect, words string
		kind                error
		message, hint       string
	}{
		"hangs up":         {"ws://h", "", "", pie.ErrConnect, "h took the connection and ended it", "wss:// in place of ws://"},
		"hangs up on TLS":  {"wss://h", "", "", pie.ErrConnect, "h took the connection and ended it", "ws:// in place of wss://"},
		"SSH":              {"ws://h", "", "SSH-2.0-OpenSSH_9.6\r\n", pie.ErrConnect, "h does not speak HTTP: malformed HTTP response \"SSH-2.0", "right port"},
		"elsewhere":        {"ws://h", "", head("302 Found") + "Location: https://login.example/x\r\n\r\nsee!", pie.ErrConnect, "302 Found", "it sends to https://login.example/x"},
		"who are you":      {"ws://h", "", head("401 Unauthorized") + "\r\nwho?", pie.ErrAuth, "401 Unauthorized: the server said: who?", "user name"},
		"no such path":     {"ws://h/x", "", head("404 Not Found") + "\r\nwhat", pie.ErrConnect, "404 Not Found", "leave the path"},
		"another dialect":  {"ws://h", "process-0.4", head("404 Not Found") + "\r\nwhat", pie.ErrConnect, "404 Not Found", "and process-0.4 what it speaks"},
		"no such anything": {"ws://h", "", head("404 Not Found") + "\r\nwhat", pie.ErrConnect, "404 Not Found", "proxy"},
		"broken":           {"ws://h", "", head("502 Bad Gateway") + "\r\noops", pie.ErrConnect, "502 Bad Gateway: the server said: oops", "look at its log"},
		"a page":           {"ws://h", "", head("200 OK") + "\r\nhi!!", pie.ErrConnect, "200 OK", "address of a Pie server"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pie.Dial(soon(t), pie.Config{URI: test.uri, Dialect: test.dialect, DialContext: answering(test.words)})
			var e *pie.Error
			if !errors.Is(err, test.kind) || !errors.As(err, &e) || !strings.Contains(e.Error(), test.message) || !strings.Contains(e.Hint, test.hint) {
				t.Errorf("%v", err)
			}
		})
	}
}

// A server that takes connections and does not answer is told from a host that does not.
func TestDialTimeoutsSayHowFarItCame(t *testing.T) {
	silent := func(context.Context, string, string) (net.Conn, error) {
		ours, _ := net.Pipe()
		return ours, nil
	}
	nobody := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for message, dial := range map[string]func(context.Context, string, string) (net.Conn, error){
		"h took the connection and did not answer the WebSocket upgrade: connecting to h and logging in took longer than 15s": silent,
		"no connection to h: connecting to h and logging in took longer than 15s":                                             nobody,
	} {
		synctest.Test(t, func(t *testing.T) {
			if _, err := pie.Dial(context.Background(), pie.Config{URI: "ws://h", DialContext: dial}); !errors.Is(err, pie.ErrConnect) || !strings.Contains(err.Error(), message) {
				t.Errorf("%v", err)
			}
		})
	}
}
