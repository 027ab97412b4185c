package pie_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

const manifest = "[package]\nname = \"mine\"\nversion = \"1.2.3\"\n"

// store is a fake that takes uploads and notes launches.
func store(t *testing.T, generation string, got *bytes.Buffer, launched *wire.Command) *fake {
	return newFake(t, generation, func(c *fakeConn) {
		for cmd := range c.commands() {
			switch cmd.Kind {
			case wire.Identify:
				c.yes(cmd, "Authenticated (Engine disabled authentication)")
			case wire.HasProgram:
				c.yes(cmd, "false")
			case wire.AddProgram:
				if int(cmd.Chunk.Index)*wire.ChunkSize != got.Len() || !cmd.Force && c.f.dialect.Features.StrictNames {
					t.Errorf("chunk %d behind %d bytes, force %v", cmd.Chunk.Index, got.Len(), cmd.Force)
				}
				got.Write(cmd.Chunk.Data)
				if cmd.Chunk.Index+1 == cmd.Chunk.Total {
					c.yes(cmd, cmd.Hash)
				}
			case wire.Launch:
				*launched = *cmd
				c.yes(cmd, idA)
				c.done(idA, "")
			}
		}
	})
}

func TestInstallAndLaunchByHashNameAndBytes(t *testing.T) {
	for _, generation := range []string{"instance-hash", "instance-0.2", "process-0.4", "worker-0.5", "gateway-0.6"} {
		t.Run(generation, func(t *testing.T) {
			var got bytes.Buffer
			var launched wire.Command
			f := store(t, generation, &got, &launched)
			c := f.dial(nil)
			data := noise(3*wire.ChunkSize + 7)
			toml := manifest
			if f.dialect.Features.Namespaces {
				toml = strings.Replace(manifest, "mine", "local/mine", 1)
			}
			in, err := c.Install(soon(t), pie.Upload{Bytes: data, Manifest: toml})
			if err != nil || !bytes.Equal(got.Bytes(), data) || in.Hash != program.Hash(data) || !strings.HasSuffix(in.Ref, "mine@1.2.3") {
				t.Fatalf("%+v %v, %d bytes", in, err, got.Len())
			}
			for _, p := range []pie.Launch{{Program: "mine"}, {Program: "mine@1.2.3"}, {Program: in.Ref}, {Hash: in.Hash}, {Program: in.Hash}, {Bytes: data, Manifest: toml}} {
				i := launch(t, c, p)
				<-i.Done()
				if f.dialect.Features.HashNames {
					if launched.Hash != in.Hash {
						t.Errorf("%+v launched hash %q", p, launched.Hash)
					}
				} else if launched.Program != in.Ref {
					t.Errorf("%+v launched %q", p, launched.Program)
				}
			}
			if got.Len() != len(data) {
				t.Error("uploaded again")
			}
		})
	}
}

func TestInstallEmptyAndRefused(t *testing.T) {
	f := newFake(t, "process-0.4", func(c *fakeConn) {
		for cmd := range c.commands() {
			switch {
			case cmd.Kind == wire.Identify:
				c.yes(cmd, "Authenticated")
			case cmd.Kind == wire.AddProgram && len(cmd.Chunk.Data) == 0 && cmd.Chunk.Total == 1:
				c.yes(cmd, "Program installed successfully")
			case cmd.Kind == wire.Ping:
				c.yes(cmd, "Pong")
			case cmd.Kind == wire.AddProgram:
				c.no(cmd, "upload exceeds max_upload_mb cap of 1 MiB")
			}
		}
	})
	c := f.dial(nil)
	if _, err := c.Install(soon(t), pie.Upload{Manifest: manifest}); err != nil {
		t.Error(err)
	}
	_, err := c.Install(soon(t), pie.Upload{Bytes: noise(20 * wire.ChunkSize), Manifest: manifest})
	var e *pie.Error
	if !errors.As(err, &e) || e.Kind != pie.KindRefused || e.Server == "" {
		t.Errorf("%v", err)
	}
	if _, err := c.Ping(context.Background()); err != nil {
		t.Errorf("the connection is stuck behind the upload: %v", err)
	}
}

func TestInputTakesTheFormOfTheGeneration(t *testing.T) {
	text := `{"a_b":1}`
	for generation, want := range map[string][]string{"instance-0.2": {"--a-b 1", "--a-b 1", "--a-b 1", ""}, "worker-0.5": {text, text, text, "{}"}} {
		var launched wire.Command
		var got bytes.Buffer
		c := store(t, generation, &got, &launched).dial(nil)
		for n, p := range []pie.Launch{{Input: &text}, {Values: map[string]any{"a_b": 1}}, {Args: []string{"--a-b", "1"}}, {}} {
			<-launch(t, c, p).Done()
			if s := launched.Input + strings.Join(launched.Args, " "); s != want[n] {
				t.Errorf("%s %d: %q, want %q", generation, n, s, want[n])
			}
		}
	}
}

func TestUnsupportedNamesTheDialect(t *testing.T) {
	c := dial(t, serve(t, "gateway-0.5"), nil)
	for _, p := range []pie.Launch{{TokenBudget: 5}, {Props: "{}"}, {Session: "s"}, {Files: map[string][]byte{"a": nil}}} {
		p.Program = "noop"
		_, err := c.Launch(soon(t), p)
		if !errors.Is(err, pie.ErrUnsupported) || !strings.Contains(err.Error(), "gateway-0.5") {
			t.Errorf("%v", err)
		}
	}
	if ok, known := c.Supports("attach"); !ok || !known {
		t.Error("attach")
	}
	if _, known := c.Supports("teleport"); known {
		t.Error("teleport")
	}
	for _, f := range pie.FeatureNames() {
		if _, known := c.Supports(f); !known {
			t.Errorf("%s is unknown", f)
		}
	}
}

// TestNamesOfProgramAndManifestDiffer: a component tells its own name; the server would take it and never start it.
func TestNamesOfProgramAndManifestDiffer(t *testing.T) {
	const component = "\x00asm\x0d\x00\x01\x00" + "\x0b\x12\x01" + "\x00\x0cpie:chat/run\x05\x00\x00" // one section of one export
	if name, ok := program.ExportedName([]byte(component)); !ok || name != "chat" {
		t.Fatalf("the component of this test exports %q", name)
	}
	for _, generation := range []string{"process-0.3", "gateway-0.5"} {
		f := newFake(t, generation, func(c *fakeConn) {
			for cmd := range c.commands() {
				if cmd.Kind == wire.AddProgram {
					t.Errorf("%s was sent the program", generation)
				}
				c.yes(cmd, "false")
			}
		})
		c := f.dial(nil)
		_, err := c.Install(soon(t), pie.Upload{Bytes: []byte(component), Manifest: manifest})
		var e *pie.Error
		if !errors.As(err, &e) || e.Kind != pie.KindProgram || !strings.Contains(e.Message, `"chat"`) || !strings.Contains(e.Message, `"mine"`) {
			t.Errorf("%s: %v", generation, err)
		}
	}
}

// TestRefusedPartThatNobodyTold: 0.5.2 swallows what is wrong with a part that is not the last, and answers the next
// one as if nothing had begun. The words say what that means.
func TestRefusedPartThatNobodyTold(t *testing.T) {
	f := newFake(t, "worker-0.5", func(c *fakeConn) {
		for cmd := range c.commands() {
			switch {
			case cmd.Kind == wire.HasProgram:
				c.yes(cmd, "false")
			case cmd.Kind == wire.AddProgram && cmd.Chunk.Index+1 == cmd.Chunk.Total:
				c.no(cmd, "First chunk index must be 0")
			}
		}
	})
	c := f.dial(nil)
	_, err := c.Install(soon(t), pie.Upload{Bytes: noise(3 * wire.ChunkSize), Manifest: manifest})
	var e *pie.Error
	if !errors.As(err, &e) || e.Kind != pie.KindRefused || !strings.Contains(e.Hint, "limit for uploads") || e.Server != "First chunk index must be 0" {
		t.Errorf("%v", err)
	}
}

// TestInstallAfterAQuestionThatFailed: what the server could not say is not taken for a yes the next time.
func TestInstallAfterAQuestionThatFailed(t *testing.T) {
	asked, uploaded := 0, 0
	f := newFake(t, "instance-hash", func(c *fakeConn) {
		for cmd := range c.commands() {
			switch {
			case cmd.Kind == wire.HasProgram && asked == 0:
				asked++
				c.no(cmd, "the disk is busy")
			case cmd.Kind == wire.AddProgram:
				uploaded++
				c.yes(cmd, cmd.Hash)
			default:
				c.yes(cmd, "false")
			}
		}
	})
	c := f.dial(nil)
	up := pie.Upload{Bytes: []byte("x"), Manifest: manifest}
	if _, err := c.Install(soon(t), up); !errors.Is(err, pie.ErrRefused) {
		t.Errorf("%v", err)
	}
	if in, err := c.Install(soon(t), up); err != nil || in.Known || uploaded != 1 {
		t.Errorf("%+v, %v after %d uploads", in, err, uploaded)
	}
}
