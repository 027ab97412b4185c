package pie_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// TestPropsFindOutTheGeneration: nothing tells 0.6 from 0.5 until somebody wants what only 0.6 has.
func TestPropsFindOutTheGeneration(t *testing.T) {
	for generation, want := range map[string]bool{"gateway-0.6": true, "gateway-0.5": false, "worker-0.5": false} {
		t.Run(generation, func(t *testing.T) {
			e := serve(t, generation)
			c := dial(t, e, func(cfg *pie.Config) { cfg.Dialect = "auto" })
			if _, err := c.Launch(soon(t), name(t, c, "noop")); err != nil {
				t.Fatal(err)
			}
			if c.Info().Dialect == "gateway-0.6" {
				t.Error("found out before anybody wanted to know")
			}
			p := name(t, c, "noop")
			p.Props, p.Session, p.Files = `{"priority": 1}`, "s", map[string][]byte{"a.txt": []byte("hi")}
			for range 2 {
				i, err := c.Launch(soon(t), p)
				if !want {
					if !errors.Is(err, pie.ErrUnsupported) || !strings.Contains(err.Error(), "gateway-0.6") {
						t.Errorf("%v", err)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if _, err := collect(t, i); err != nil {
					t.Error(err)
				}
			}
			if yes, _ := c.Supports("session"); yes != want || c.Unsure("session") || (c.Info().Dialect == "gateway-0.6") != want {
				t.Errorf("%v, unsure %v, dialect %s", yes, c.Unsure("session"), c.Info().Dialect)
			}
			if _, err := c.Ping(soon(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRefineAsksOnce(t *testing.T) {
	e := serve(t, "gateway-0.6")
	c := dial(t, e, func(cfg *pie.Config) { cfg.Dialect = "auto" })
	if yes, _ := c.Supports("props"); yes || !c.Unsure("props") || c.Unsure("stdout") {
		t.Errorf("%v, unsure %v", yes, c.Unsure("props"))
	}
	for range 2 {
		if err := c.Refine(soon(t)); err != nil {
			t.Fatal(err)
		}
	}
	if yes, _ := c.Supports("props"); !yes || c.Unsure("props") {
		t.Errorf("%v, unsure %v", yes, c.Unsure("props"))
	}
}

// TestGatewayThatSaysNeither: what cannot be found out is refused, and asked again the next time.
func TestGatewayThatSaysNeither(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t, "gateway-0.5", func(c *fakeConn) {
			for {
				kind, frame, err := c.ws.ReadMessage()
				if err != nil {
					return
				}
				var cmd wire.Command
				if c.f.dialect.DecodeCommand(frame, kind == websocket.TextMessage, &cmd) != nil || cmd.Kind == wire.AddProgram {
					continue // not a word
				}
				if cmd.Kind == wire.Identify {
					c.yes(&cmd, "Already authenticated")
					c.tell(wire.Event{Kind: wire.TurnDone})
				} else {
					c.yes(&cmd, "Pong")
				}
			}
		})
		c := f.dial(func(cfg *pie.Config) { cfg.Dialect = "" })
		began := time.Now()
		if err := c.Refine(context.Background()); !errors.Is(err, pie.ErrTimeout) || time.Since(began) > 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if _, err := c.Launch(context.Background(), pie.Launch{Program: "p", Session: "s"}); !errors.Is(err, pie.ErrUnsupported) {
			t.Errorf("%v", err)
		}
		if !c.Unsure("props") {
			t.Error("nobody has said")
		}
		c.Close(context.Background())
		f.stop()
	})
}
