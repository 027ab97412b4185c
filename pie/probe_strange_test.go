package pie_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// detect connects to a fake of a generation whose dialect has to be found out.
func detect(t *testing.T, generation, token string, serve func(c *fakeConn)) (dialect string, took time.Duration, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, generation, serve)
		began := time.Now()
		var c *pie.Client
		c, err = pie.Dial(context.Background(), pie.Config{URI: "ws://host", Token: token, Liveness: -1, DialContext: f.DialContext})
		took = time.Since(began)
		if err == nil {
			dialect = c.Info().Dialect
			c.Close(context.Background())
		}
		f.stop()
	})
	return dialect, took, err
}

// replies answers each message with a frame.
func replies(kind int, frame func(got []byte) []byte) func(*fakeConn) {
	return func(c *fakeConn) {
		for {
			_, got, err := c.ws.ReadMessage()
			if err != nil {
				return
			}
			_ = c.ws.WriteMessage(kind, frame(got))
		}
	}
}

func always(frame string) func([]byte) []byte { return func([]byte) []byte { return []byte(frame) } }

// A server that says what no server of Pie says is none, and is told so at once, with its words.
func TestServersThatAreNone(t *testing.T) {
	for name, test := range map[string]struct {
		serve func(*fakeConn)
		said  string
		most  time.Duration
	}{
		"text":     {replies(websocket.TextMessage, always("hello, who are you?")), "hello, who are you?", 0},
		"JSON-RPC": {replies(websocket.TextMessage, always(`{"jsonrpc":"2.0","error":{"code":-32700}}`)), `"jsonrpc":"2.0"`, 0},
		"a page":   {replies(websocket.BinaryMessage, always("<html><title>Welcome</title>")), "Welcome", 0},
		"noise":    {replies(websocket.BinaryMessage, always("\x01\x02\x03\xff\xc1")), "01 02 03 ff c1", 0},
		"long":     {replies(websocket.BinaryMessage, always(strings.Repeat("\x00", 100))), "… (100 bytes)", 0},
		"echo":     {replies(websocket.BinaryMessage, func(got []byte) []byte { return got }), "the same as it was told", 0},
		"a flood": {func(c *fakeConn) {
			for c.ws.WriteMessage(websocket.BinaryMessage, []byte("zzz")) == nil {
			}
		}, "zzz", 0},
		"yes to all": {func(c *fakeConn) {
			for cmd, ok := c.read(); ok; cmd, ok = c.read() {
				c.yes(&cmd, "welcome")
			}
		}, "welcome", time.Second},
		"no to all": {func(c *fakeConn) {
			for cmd, ok := c.read(); ok; cmd, ok = c.read() {
				c.no(&cmd, "who are you?")
			}
		}, "who are you?", time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			_, took, err := detect(t, "instance-0.1", "", test.serve)
			var e *pie.Error
			if !errors.As(err, &e) || e.Kind != pie.KindConnect || !strings.Contains(e.Server, test.said) || e.Hint == "" || took > test.most {
				t.Errorf("%v after %v", err, took)
			}
		})
	}
}

// A server that answers a question of the detection after its time is known by its answer all the same.
func TestLateAnswersInTheDetection(t *testing.T) {
	for generation, words := range map[string]string{
		"process-0.4": "Authenticated (Engine disabled authentication)", "instance-0.2": "Authenticated (Engine disabled authentication)",
		"instance-0.1": "Already authenticated",
	} {
		got, _, err := detect(t, generation, "", func(c *fakeConn) {
			var writing sync.Mutex
			say := func(f func(*wire.Command, string), cmd wire.Command, words string) {
				writing.Lock()
				defer writing.Unlock()
				f(&cmd, words)
			}
			for cmd, ok := c.read(); ok; cmd, ok = c.read() {
				switch cmd.Kind {
				case wire.Identify, wire.Token:
					time.AfterFunc(200*time.Millisecond, func() { say(c.yes, cmd, words) }) // the pong is there at once
				case wire.LaunchMany:
					say(c.no, cmd, "token_budgets length 1 does not match inputs length 0")
				case wire.Ping:
					say(c.yes, cmd, "Pong")
				}
			}
		})
		want := generation
		if generation == "instance-0.1" {
			want = "" // there is nothing left to ask meanwhile
		}
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%s: %q, %v", generation, got, err)
		}
	}
}

// The words of the first release, which every other server would have to guess.
func TestTheFirstReleaseIsKnownByItsWords(t *testing.T) {
	for _, test := range []struct {
		token, words string
		ok           bool
		want         string // the dialect, or the kind of error
	}{
		{"", "Already authenticated", true, "instance-0.1"},
		{"jwt", "Already authenticated", true, "instance-0.1"},
		{"jwt", "default", true, "instance-0.1"},
		{"", "default", true, "connect"},
		{"jwt", "Invalid token", false, "auth"},
		{"", "Invalid token", false, "auth"},
		{"jwt", "what?", false, "connect"},
	} {
		got, _, err := detect(t, "instance-0.1", test.token, func(c *fakeConn) {
			for cmd, ok := c.read(); ok; cmd, ok = c.read() {
				if test.ok {
					c.yes(&cmd, test.words)
				} else {
					c.no(&cmd, test.words)
				}
			}
		})
		if e := (*pie.Error)(nil); errors.As(err, &e) {
			got = string(e.Kind)
		}
		if got != test.want {
			t.Errorf("%+v: %q %v", test, got, err)
		}
	}
}

// A server that takes the connection and answers nothing at all is told from one that answers pings.
func TestDeafServer(t *testing.T) {
	_, _, err := detect(t, "worker-0.5", "", func(c *fakeConn) {
		c.mute = true
		c.idle()
	})
	if !errors.Is(err, pie.ErrConnect) || !strings.Contains(err.Error(), "not even a ping") {
		t.Errorf("%v", err)
	}
}
