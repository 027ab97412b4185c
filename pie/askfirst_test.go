package pie_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// TestEveryLaunchIsAskedForFirst where one in vain would break the server: it takes the upload of any bytes.
func TestEveryLaunchIsAskedForFirst(t *testing.T) {
	for there, want := range map[string][]wire.CommandKind{
		"false": {wire.HasProgram, wire.AddProgram, wire.HasProgram, wire.HasProgram},
		"true":  {wire.HasProgram, wire.HasProgram, wire.Launch, wire.HasProgram, wire.Launch},
	} {
		var said []wire.CommandKind
		f := newFake(t, "instance-0.1", func(c *fakeConn) {
			for cmd := range c.commands() {
				switch cmd.Kind {
				case wire.Token:
					c.yes(cmd, "Already authenticated")
					continue
				case wire.HasProgram:
					c.yes(cmd, there)
				case wire.Launch:
					c.yes(cmd, idA)
					c.done(idA, "")
				default:
					c.yes(cmd, "")
				}
				said = append(said, cmd.Kind)
			}
		})
		c := f.dial(nil)
		in, err := c.Install(soon(t), pie.Upload{Bytes: []byte("this is no program")})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, ok := c.Begin(&pie.Launch{Hash: in.Hash}, func(*pie.Instance, error) {}); ok {
				t.Error("it was launched without asking")
			}
			if _, err := c.Launch(soon(t), pie.Launch{Hash: in.Hash}); (err == nil) != (there == "true") || err != nil && !errors.Is(err, pie.ErrProgram) {
				t.Errorf("%s: %v", there, err)
			}
		}
		c.Close(context.Background())
		if f.stop(); !slices.Equal(said, want) {
			t.Errorf("%s: said %v, want %v", there, said, want)
		}
	}
}
