package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/program"
)

// script is one of the small programs of the recorded conversations with 0.5.
type script struct {
	name string
	run  func(ctx context.Context, g *engine.Guest, in scriptInput) (string, error)
}

type scriptInput struct {
	N     int             `json:"n"`
	S     float64         `json:"s"`
	V     json.RawMessage `json:"v"`
	Why   string          `json:"why"`
	Twice bool            `json:"twice"`
}

func (s script) Manifest() program.Manifest { return program.Manifest{Name: s.name, Version: "0.0.1"} }

func (s script) Run(ctx context.Context, g *engine.Guest) (string, error) {
	var in scriptInput
	_ = json.Unmarshal([]byte(g.Input()), &in) // their language takes anything
	return s.run(ctx, g, in)
}

func scripts() (list []engine.Program) {
	for _, s := range []script{{"echo", runEcho}, {"wait", runWait}, {"throw", runThrow}, {"ret", runRet},
		{"sendfile", runSendFile}, {"spin", runSpin}, {"pysleep", runTick}, {"pyret", runRet}, {"chatter", runWait},
		{"files", runWait}, {"bigret", runWait}, {"bigmsg", runWait}, {"utf", runWait}} {
		list = append(list, s)
	}
	return list
}

func scriptNamed(name string) engine.Program {
	for _, p := range scripts() {
		if p.Manifest().Name == name {
			return p
		}
	}
	return nil
}

func runEcho(ctx context.Context, g *engine.Guest, in scriptInput) (string, error) {
	err := errors.Join(g.Print("started"), g.Print("\n"))
	for range max(in.N, 1) {
		text, recvErr := g.Recv(ctx)
		err = errors.Join(err, recvErr, g.Send("echo:"+text))
	}
	return `{"got":` + g.Input() + "}", err
}

func runWait(ctx context.Context, g *engine.Guest, _ scriptInput) (string, error) {
	_ = g.Send("ready")
	text, err := g.Recv(ctx)
	return "released:" + text, err
}

func runThrow(_ context.Context, g *engine.Guest, in scriptInput) (string, error) {
	return "", errors.Join(g.Print("before"), g.Print("\n"), fmt.Errorf("Error: boom %s", in.Why))
}

func runRet(_ context.Context, _ *engine.Guest, in scriptInput) (string, error) {
	var text string
	if json.Unmarshal(in.V, &text) == nil || bytes.Equal(in.V, []byte("null")) {
		return text, nil
	}
	return string(in.V), nil
}

func runSendFile(_ context.Context, g *engine.Guest, in scriptInput) (string, error) {
	data := bytes.Repeat([]byte{7}, in.N)
	err := g.SendFile(data, "")
	if in.Twice {
		err = errors.Join(err, g.SendFile(data, ""))
	}
	return "sent", err
}

func runSpin(ctx context.Context, g *engine.Guest, _ scriptInput) (string, error) {
	return "", g.Sleep(ctx, time.Hour)
}

func runTick(ctx context.Context, g *engine.Guest, in scriptInput) (string, error) {
	for i := range in.N {
		for _, piece := range []string{"tick", " ", strconv.Itoa(i), "\n"} {
			if err := g.Print(piece); err != nil {
				return "", err
			}
		}
		if err := g.Sleep(ctx, time.Duration(in.S*float64(time.Second))); err != nil {
			return "", err
		}
	}
	return "slept", nil
}

func runBig(context.Context, *engine.Guest, scriptInput) (string, error) {
	return string(bytes.Repeat([]byte{'x'}, 8<<20)), nil
}
