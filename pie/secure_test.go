package pie_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// TestBehindTLSAndAPath: wss with a root of the user's own, and a path that a proxy wants.
func TestBehindTLSAndAPath(t *testing.T) {
	f := &fake{t: t, dialect: known(t, "process-0.4")}
	f.serve = func(c *fakeConn) {
		cmd := c.want(wire.Identify)
		c.yes(&cmd, "Authenticated (Engine disabled authentication)")
		cmd = c.want(wire.Launch)
		c.yes(&cmd, idA)
		c.out(idA, strings.Repeat("x", 100_000))
		c.done(idA, "")
		c.idle()
	}
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/pie/one" {
			http.NotFound(w, r)
			return
		}
		f.upgrade(w, r, 1)
	}))
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	uri := "wss" + strings.TrimPrefix(s.URL, "https") + "/pie/one"
	c, err := pie.Dial(soon(t), pie.Config{URI: uri, Dialect: "process-0.4", TLS: &tls.Config{RootCAs: roots}})
	if err != nil {
		t.Fatal(err)
	}
	if events, err := collect(t, launch(t, c, pie.Launch{})); err != nil || len(text(events, pie.Stdout)) != 100_000 {
		t.Error(err)
	}
	c.Close(context.Background())
	if _, err := pie.Dial(soon(t), pie.Config{URI: uri}); !errors.Is(err, pie.ErrConnect) {
		t.Errorf("without the root: %v", err)
	}
}

// TestPathIsTriedAgain: a proxy in front of an old server may know "/" alone.
func TestPathIsTriedAgain(t *testing.T) {
	f := &fake{t: t, dialect: known(t, "process-0.4")}
	f.serve = func(c *fakeConn) {
		for cmd := range c.commands() {
			c.yes(cmd, "Authenticated (Engine disabled authentication)")
		}
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" || !websocket.IsWebSocketUpgrade(r) {
			http.NotFound(w, r)
			return
		}
		f.upgrade(w, r, 1)
	}))
	defer s.Close()
	c, err := pie.Dial(soon(t), pie.Config{URI: strings.TrimPrefix(s.URL, "http://")})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if got := c.Info().Dialect; got != "process-0.4" {
		t.Error(got)
	}
}

func TestDiscardedInstanceHoldsNothing(t *testing.T) {
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		cmd := c.want(wire.Launch)
		c.yes(&cmd, idA)
		cmd = c.want(wire.Signal)
		for range 100 {
			c.out(idA, strings.Repeat("x", 1000))
		}
		c.done(idA, "end")
		c.idle()
	})
	i := launch(t, f.dial(nil), pie.Launch{Buffer: 5000})
	i.Discard()
	i.Send("go")
	if events, err := collect(t, i); err != nil || len(events) != 1 || events[0].Kind != pie.Completed {
		t.Errorf("%v %v", events, err)
	}
}
