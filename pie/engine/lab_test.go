package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/program"
)

// lab does the steps that its input lists: what the test program of the recorded conversations did.
type lab struct {
	ticksAsMessages bool // 0.1 had no streams
	ticksOnStderr   bool
}

func (lab) Manifest() program.Manifest { return program.Manifest{Name: "lab", Version: "0.1.0"} }

func (l lab) Run(ctx context.Context, g *engine.Guest) (string, error) {
	steps := g.Args()
	if steps == nil {
		if err := json.Unmarshal([]byte(g.Input()), &steps); err != nil {
			return "", fmt.Errorf("bad ops: %w", err)
		}
	}
	for _, step := range steps {
		verb, arg, _ := strings.Cut(step, ":")
		if verb == "ret" {
			return arg, nil
		}
		if err := l.do(ctx, g, verb, arg); err != nil {
			return "", err
		}
	}
	return "done", nil
}

func (l lab) do(ctx context.Context, g *engine.Guest, verb, arg string) error {
	n, _ := strconv.Atoi(arg)
	switch verb {
	case "out":
		return g.Print(arg + "\n")
	case "outn":
		return g.Print(arg)
	case "big":
		return g.Print(strings.Repeat("x", n) + "\n")
	case "err":
		return errors.Join(g.PrintErr(arg), g.PrintErr("\n"))
	case "msg":
		return g.Send(arg)
	case "fail":
		return errors.New(arg)
	case "panic":
		panic(arg)
	case "sleep":
		return g.Sleep(ctx, time.Duration(n)*time.Millisecond)
	case "blob":
		return g.SendFile(make([]byte, n), "")
	case "tick":
		return l.tick(ctx, g, n)
	}
	return l.listen(ctx, g, verb, arg, n)
}

func (l lab) listen(ctx context.Context, g *engine.Guest, verb, arg string, n int) error {
	switch verb {
	case "echo":
		for range n {
			text, err := g.Recv(ctx)
			if err != nil {
				return err
			}
			if err := g.Send("echo:" + text); err != nil {
				return err
			}
		}
		return nil
	case "recv":
		text, err := g.Recv(ctx)
		return errors.Join(err, g.Send(fmt.Sprintf("got:%q", text)))
	case "mcps":
		names, _ := json.Marshal(g.MCPServers())
		return g.Send("servers=" + strings.ReplaceAll(string(names), ",", ", "))
	case "mcp":
		return useTools(ctx, g, arg)
	}
	return fmt.Errorf("no step %q", verb)
}

// useTools lists and calls tools and tells what came of it, in the words of the recorded program.
func useTools(ctx context.Context, g *engine.Guest, server string) error {
	tools, err := g.MCP(ctx, server, "tools/list", "{}")
	var unknown *engine.MCPError
	if errors.As(err, &unknown) && unknown.Code == -1 {
		return g.Send("mcperr=" + rustError(unknown))
	}
	if err := g.Send("tools=" + rustResult(tools, err)); err != nil {
		return err
	}
	result, err := g.MCP(ctx, server, "tools/call", `{"name":"echo","arguments":{"text":"hi"}}`)
	return g.Send("call=" + rustResult(result, err))
}

func rustResult(text string, err error) string {
	var failed *engine.MCPError
	if errors.As(err, &failed) {
		return "Err(" + rustError(failed) + ")"
	}
	return fmt.Sprintf("Ok(%q)", text)
}

func rustError(e *engine.MCPError) string {
	data := "None"
	if e.Data != "" {
		data = fmt.Sprintf("Some(%q)", e.Data)
	}
	return fmt.Sprintf("Error { code: %d, message: %q, data: %s }", e.Code, e.Message, data)
}

func (l lab) tick(ctx context.Context, g *engine.Guest, n int) error {
	for i := range n {
		if err := l.tickOnce(g, strconv.Itoa(i)); err != nil {
			return err
		}
		if err := g.Sleep(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func (l lab) tickOnce(g *engine.Guest, i string) error {
	switch {
	case l.ticksAsMessages:
		return g.Send("tick " + i)
	case l.ticksOnStderr:
		return errors.Join(g.Print("tick "+i+"\n"), g.PrintErr("etick "), g.PrintErr(i), g.PrintErr("\n"))
	}
	return g.Print("tick " + i + "\n")
}
