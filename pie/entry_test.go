package pie_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie"
)

// TestWhatKeepsOneOutIsConnect: whatever a server does in the middle of a login, there is no connection.
func TestWhatKeepsOneOutIsConnect(t *testing.T) {
	servers := map[string]func(*fakeConn){
		"it hangs up":          func(*fakeConn) {},
		"it says nothing":      func(c *fakeConn) { c.idle() },
		"it answers rubbish":   func(c *fakeConn) { _ = c.ws.WriteMessage(websocket.BinaryMessage, []byte{0xc1}); c.idle() },
		"it reads, and leaves": func(c *fakeConn) { c.read() },
	}
	for name, serve := range servers {
		for _, generation := range []string{"instance-0.2", "process-0.4", "instance-hash"} {
			t.Run(name+"/"+generation, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFake(t, generation, serve)
					_, err := pie.Dial(context.Background(), pie.Config{URI: "ws://fake", DialContext: f.DialContext, Dialect: generation, User: "me"})
					var e *pie.Error
					if !errors.As(err, &e) || e.Kind != pie.KindConnect || e.Hint == "" {
						t.Errorf("%v", err)
					}
					f.stop()
				})
			})
		}
	}
}

// TestOwnLimitOfConnectStaysTimeout: the caller's own deadline is no fault of the server's.
func TestOwnLimitOfConnectStaysTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "process-0.4", func(c *fakeConn) { c.idle() })
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, err := pie.Dial(ctx, pie.Config{URI: "ws://fake", DialContext: f.DialContext, Dialect: "process-0.4", User: "me"})
		if !errors.Is(err, pie.ErrTimeout) {
			t.Errorf("%v", err)
		}
		f.stop()
	})
}

// TestLimitOfLoginIsInItsWords: what took too long is said, without the runtime's words for it.
func TestLimitOfLoginIsInItsWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "process-0.4", func(c *fakeConn) { c.idle() })
		_, err := pie.Dial(context.Background(), pie.Config{URI: "ws://fake", DialContext: f.DialContext, Dialect: "process-0.4", User: "me", DialTimeout: 3 * time.Second})
		want := "login: connecting to fake and logging in took longer than 3s (is this the address of a Pie server, and the dialect the right one?)"
		if err == nil || err.Error() != want || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		f.stop()
	})
}
