package conformance_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// lab does the steps that its words list: the program of all scenarios. testdata/lab/lab.js is the same for a real
// server.
type lab struct{ book *ledger }

const labName, labVersion = "lab", "0.1.0"

func (lab) Manifest() program.Manifest { return program.Manifest{Name: labName, Version: labVersion} }

func (l lab) Run(ctx context.Context, g *engine.Guest) (string, error) { return l.run(ctx, g) }

func (l lab) play(ctx context.Context, g *engine.Guest) (string, error) {
	var in struct {
		Steps []string `json:"_positional"`
	}
	if err := json.Unmarshal([]byte(g.Input()), &in); err != nil {
		return "", err
	}
	for _, step := range in.Steps {
		verb, text, _ := strings.Cut(step, ":")
		n, _ := strconv.Atoi(text)
		switch verb {
		case "ret":
			return text, nil
		case "bigret":
			return labText(n), nil
		case "fail":
			return "", errors.New(text)
		}
		if err := l.step(ctx, g, verb, text, n); err != nil {
			return "", err
		}
	}
	return "", nil
}

func (l lab) step(ctx context.Context, g *engine.Guest, verb, text string, n int) error {
	switch verb {
	case "out":
		return g.Print(text + "\n")
	case "err":
		return g.PrintErr(text + "\n")
	case "msg":
		return g.Send(text)
	case "big":
		return g.Send(labText(n))
	case "lines":
		return repeat(n, func(i int) error { return g.Print(fmt.Sprintf("line %d\n", i)) })
	case "msgs":
		return repeat(n, func(i int) error { return g.Send(fmt.Sprintf("msg %d", i)) })
	case "file":
		return g.SendFile(labFile(n), "")
	}
	return l.listen(ctx, g, verb, n)
}

// labText is a text of n bytes, a multiple of four. An interpreted program on a real server says it in a quarter of the
// time that as many plain letters take, which is by character.
func labText(n int) string { return strings.Repeat("🙂", n/4) }

// labFile is the content of a file of n bytes that a lab sends.
func labFile(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = 7
	}
	return data
}

func (l lab) listen(ctx context.Context, g *engine.Guest, verb string, n int) error {
	switch verb {
	case "recv":
		_, err := l.hear(ctx, g)
		return err
	case "echo":
		return repeat(n, func(int) error { return l.answer(ctx, g, func(text string) string { return "echo " + text }) })
	case "size":
		return l.answer(ctx, g, func(text string) string { return "size " + strconv.Itoa(len(utf16.Encode([]rune(text)))) })
	case "bounce":
		return l.bounce(ctx, g)
	}
	return fmt.Errorf("no step %s", verb)
}

func repeat(n int, f func(i int) error) error {
	for i := range n {
		if err := f(i); err != nil {
			return err
		}
	}
	return nil
}

func (l lab) answer(ctx context.Context, g *engine.Guest, with func(string) string) error {
	text, err := l.hear(ctx, g)
	if err != nil {
		return err
	}
	return g.Send(with(text))
}

// ReceivesFiles keeps files that come between the word "ready" and the wait for them, which no client can help.
func (lab) ReceivesFiles() bool { return true }

// bounce says that it is ready for a file, takes one, and sends it back.
func (l lab) bounce(ctx context.Context, g *engine.Guest) error {
	if err := g.Send("ready"); err != nil {
		return err
	}
	data, err := g.RecvFile(ctx)
	if err != nil {
		return err
	}
	l.book.note(g, func(r *record) { r.heard = append(r.heard, fmt.Sprint("file ", len(data))) })
	return errors.Join(g.Send(fmt.Sprintf("got %d", len(data))), g.SendFile(data, ""))
}

// labLaunch starts a lab in the way that a generation names programs.
func labLaunch(f *wire.Features, steps ...string) pie.Launch {
	p := pie.Launch{Program: labName, Args: steps}
	switch {
	case f.HashNames:
		p.Program, p.Hash = "", engine.BuiltinHash(lab{})
	case f.StrictNames && !f.BareNames:
		p.Program += "@" + labVersion
	}
	return p
}

// labSource is what a real server installs.
func labSource(t testing.TB) pie.Upload {
	t.Helper()
	source, err := os.ReadFile("testdata/lab/lab.js")
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile("testdata/lab/Pie.toml")
	if err != nil {
		t.Fatal(err)
	}
	return pie.Upload{Bytes: source, Manifest: string(manifest), File: "lab.js", Force: true}
}

// constant is a program that always returns the same; as source it is constantSource.
type constant struct {
	manifest program.Manifest
	text     string
}

func (c constant) Manifest() program.Manifest { return c.manifest }

func (c constant) Run(context.Context, *engine.Guest) (string, error) { return c.text, nil }

func constantSource(text string) []byte {
	return []byte("export const main = async function () { return '" + text + "'; };\n")
}

// load runs on the engine what scenarios install: constants, whatever is around them.
func load(data []byte, m *program.Manifest) (engine.Program, error) {
	_, rest, found := strings.Cut(string(data), "return '")
	if !found {
		return nil, nil
	}
	text, _, _ := strings.Cut(rest, "'")
	return constant{*m, text}, nil
}
