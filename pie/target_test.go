package pie_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/program"
)

func TestBadNamesAreRefusedBeforeAnythingIsSent(t *testing.T) {
	c := dial(t, serve(t, "worker-0.5"), nil)
	for _, bad := range []string{"../x@1.0.0", "a b", "x@one", "", "ns/x"} {
		if _, err := c.Launch(soon(t), pie.Launch{Program: bad}); !errors.Is(err, pie.ErrProgram) {
			t.Errorf("launch %q: %v", bad, err)
		}
		toml := strings.Replace(manifest, "mine", bad, 1)
		if _, err := c.Install(soon(t), pie.Upload{Bytes: []byte("x"), Manifest: toml}); bad != "ns/x" && !errors.Is(err, pie.ErrProgram) {
			t.Errorf("install %q: %v", bad, err)
		}
	}
}

func TestBareNameWhereNoneIsTaken(t *testing.T) {
	asked := ""
	c := dial(t, serve(t, "process-0.4"), func(cfg *pie.Config) {
		cfg.Newest = func(_ context.Context, name string) (string, error) {
			asked = name
			for _, p := range engine.Builtin() {
				if m := p.Manifest(); m.Name == name {
					return m.Version, nil
				}
			}
			return "", program.ErrNotFound
		}
	})
	i := launch(t, c, pie.Launch{Program: "noop"})
	if _, err := collect(t, i); err != nil || asked != "noop" {
		t.Errorf("%v, asked for %q", err, asked)
	}
	if _, err := c.Launch(soon(t), pie.Launch{Program: "nonesuch"}); !errors.Is(err, pie.ErrProgram) {
		t.Errorf("%v", err)
	}
}

// TestNameOnAServerOfHashes: such a server cannot be asked about names, which a launch has it fetch.
func TestNameOnAServerOfHashes(t *testing.T) {
	for generation, want := range map[string]bool{"instance-hash": true, "instance-0.1": false} {
		c := dial(t, serve(t, generation), func(cfg *pie.Config) {
			cfg.Newest = func(_ context.Context, name string) (string, error) {
				if name == "echo" {
					return "1.2.3", nil
				}
				return "", errors.New("not found")
			}
		})
		for program, there := range map[string]bool{"echo": want, "echo@1.2.3": want, "nonesuch": false} {
			if got, err := c.HasProgram(soon(t), program); got != there || err != nil {
				t.Errorf("%s %s: %v %v", generation, program, got, err)
			}
		}
		if _, err := c.HasProgram(soon(t), "echo@1.0.0"); errors.Is(err, pie.ErrUnsupported) != want {
			t.Errorf("%s, an old version: %v", generation, err)
		}
	}
}
