package engine_test

import (
	"strings"
	"testing"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

func TestChunkChecks(t *testing.T) {
	big := make([]byte, wire.ChunkSize+1)
	for _, c := range []struct {
		generation string
		parts      []wire.Chunk
		want       string
	}{
		{"instance-0.1", []wire.Chunk{{Total: 1, Data: big}}, "chunk size 262145 exceeds limit 262144"},
		{"instance-0.2", []wire.Chunk{{Total: 1, Data: big}}, "Chunk size 262145 exceeds limit 262144"},
		{"instance-0.2", []wire.Chunk{{Index: 1, Total: 2}}, "First chunk index must be 0"},
		{"instance-0.2", []wire.Chunk{{Total: 2}, {Index: 1, Total: 3}}, "Chunk count mismatch: expected 2, got 3"},
		{"process-0.4", []wire.Chunk{{Total: 2}, {Index: 2, Total: 2}}, "Out-of-order chunk: expected 1, got 2"},
		{"process-0.4", []wire.Chunk{{Total: 1, Data: append(big, big...)}, {}}, "upload exceeds max_upload_mb cap of 0 MiB"},
		{"worker-0.5", []wire.Chunk{{Total: 0}}, "Upload must have at least one chunk"},
		{"worker-0.5", []wire.Chunk{{Total: 2}, {Index: 1, Total: 3}}, "Chunk count mismatch: expected 2, got 3"},
		// A gateway passes on only what becomes of a final part.
		{"gateway-0.5", []wire.Chunk{{Total: 3}, {Index: 2, Total: 4}, {Index: 3, Total: 4}}, "First chunk index must be 0"},
	} {
		t.Run(c.generation+": "+c.want, func(t *testing.T) {
			e := start(t, engine.Config{Dialect: dialect(t, c.generation), Limits: engine.Limits{Upload: 300_000}})
			cl := connect(t, e).login("alice")
			for i, part := range c.parts {
				cmd := &wire.Command{Kind: wire.AddProgram, Corr: 99, Hash: "hh", Chunk: part,
					Manifest: program.Synthesize("x", "0.0.1", "", "")}
				cl.send(cmd)
				if i == len(c.parts)-1 || len(part.Data) > 300_000 {
					break
				}
			}
			if ev := cl.answer(99); ev.OK || ev.text != c.want {
				t.Errorf("got %v %q", ev.OK, ev.text)
			}
		})
	}
}

func TestUploadedProgramsAreKnownAndSayThatTheyCannotRun(t *testing.T) {
	everyGeneration(t, func(t *testing.T, c *client, _ *engine.Engine) {
		wasm := []byte("\x00asm\x0d\x00\x01\x00")
		name := "mine"
		if c.d.Features.Namespaces && !c.d.Features.HashNames {
			name = "me/mine"
		}
		up := &wire.Command{Kind: wire.AddProgram, Hash: program.Hash(wasm), Force: true, File: "mine.wasm", Version: "0.0.1",
			Manifest: program.Synthesize(name, "0.0.1", "", ""), Chunk: wire.Chunk{Total: 1, Data: wasm}}
		if ev := c.ask(up); !ev.OK {
			t.Fatal(ev.text)
		}
		known := &wire.Command{Kind: wire.HasProgram, Program: name + "@0.0.1"}
		if c.d.Features.HashNames {
			known = &wire.Command{Kind: wire.HasProgram, Hash: up.Hash}
		}
		if ev := c.ask(known); ev.text != "true" {
			t.Errorf("known: %q", ev.text)
		}
		launch := &wire.Command{Kind: wire.Launch, Program: name + "@0.0.1", Hash: up.Hash, Capture: true, Input: "{}"}
		events := c.rest(c.ask(launch).text)
		if end := events[len(events)-1]; end.Kind != wire.Exception || !strings.Contains(end.text, "simulation that cannot run uploaded WebAssembly") {
			t.Errorf("got %v %q", end.Kind, end.text)
		}
	})
}

func TestLoaderMakesProgramsOfUploads(t *testing.T) {
	e := start(t, engine.Config{Loader: func(_ []byte, m *program.Manifest) (engine.Program, error) {
		if m.Language != "lua" {
			return nil, nil
		}
		return script{m.Name, runRet}, nil
	}})
	c := connect(t, e)
	data := []byte("return 1")
	ev := c.ask(&wire.Command{Kind: wire.AddProgram, Hash: program.Hash(data), Chunk: wire.Chunk{Total: 1, Data: data},
		Manifest: program.Synthesize("mine", "0.0.1", "lua", "")})
	if !ev.OK {
		t.Fatal(ev.text)
	}
	launch := &wire.Command{Kind: wire.Launch, Program: "mine", Capture: true, Input: `{"v":42}`}
	if events := c.rest(c.ask(launch).text); events[0].Kind != wire.Completed || events[0].text != "42" {
		t.Errorf("got %v %q", events[0].Kind, events[0].text)
	}
}
