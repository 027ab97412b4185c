package luabind_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/program"
)

// puppet is a program that does what its input says, step by step: {"steps": [["print", "x"], …], "value": "done"}.
type puppet struct{}

func (puppet) Manifest() program.Manifest {
	return program.Manifest{Name: "puppet", Version: "0.1.0", Description: "does what it is told"}
}

func (puppet) ReceivesFiles() bool { return true }

func (puppet) Run(ctx context.Context, g *engine.Guest) (string, error) {
	var in struct {
		Steps  [][]any `json:"steps"`
		Script string  `json:"script"` // the steps as JSON, for servers that take words
		Value  string  `json:"value"`
	}
	if err := json.Unmarshal([]byte(g.Input()), &in); err != nil {
		return "", err
	}
	if in.Script != "" {
		if err := json.Unmarshal([]byte(in.Script), &in.Steps); err != nil {
			return "", err
		}
	}
	for _, step := range in.Steps {
		if err := act(ctx, g, step); err != nil {
			return "", err
		}
	}
	return in.Value, nil
}

func act(ctx context.Context, g *engine.Guest, step []any) error {
	word := func(n int) string { return fmt.Sprint(step[n]) }
	switch word(0) {
	case "print":
		return g.Print(word(1))
	case "err":
		return g.PrintErr(word(1))
	case "send":
		return g.Send(word(1))
	case "file":
		return g.SendFile([]byte(word(2)), word(1))
	case "big": // a file of a size
		return g.SendFile([]byte(strings.Repeat("0123456789abcdef", int(step[2].(float64))/16)), word(1))
	case "bounce": // waits for a file and sends it back
		data, err := g.RecvFile(ctx)
		if err != nil {
			return err
		}
		return g.SendFile(data, "")
	case "sleep":
		return g.Sleep(ctx, time.Duration(step[1].(float64)*float64(time.Second)))
	case "recv": // waits for a message and prints it
		text, err := g.Recv(ctx)
		if err != nil {
			return err
		}
		return g.Print(text)
	case "repeat": // ["repeat", n, step…]
		for range int(step[1].(float64)) {
			if err := act(ctx, g, step[2:]); err != nil {
				return err
			}
		}
		return nil
	case "fail":
		return errors.New(word(1))
	}
	return fmt.Errorf("no such step: %v", step)
}
