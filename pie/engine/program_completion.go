package engine

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/pierun/pierun/pie/program"
)

// textCompletion is text-completion, and chat-completion under its name: the pieces on stdout and the whole text as
// the result. Where launches carry command-line words it prints nothing, as its release of that time.
type textCompletion struct{ name, version string }

// completionInput is what completions read. Temperature and top_p are accepted and change nothing: seed and prompt
// decide.
type completionInput struct {
	Prompt      string  `json:"prompt"`
	MaxTokens   int     `json:"max_tokens"`
	System      string  `json:"system"`
	Temperature float64 `json:"temperature"`
	TopP        float64 `json:"top_p"`
}

func completionForm() inputForm {
	return inputForm{
		required: []string{"prompt"},
		texts:    []string{"prompt", "system"},
		short:    map[string]string{"p": "prompt", "n": "max_tokens", "s": "system", "t": "temperature"},
	}
}

func completionParameters() map[string]program.Parameter {
	return map[string]program.Parameter{
		"prompt":      {Type: "string", Description: "what to continue"},
		"max_tokens":  {Type: "int", Optional: true, Description: "the longest result, in tokens"},
		"system":      {Type: "string", Optional: true, Description: "what stands before the prompt"},
		"temperature": {Type: "float", Optional: true, Description: "accepted; changes nothing here"},
		"top_p":       {Type: "float", Optional: true, Description: "accepted; changes nothing here"},
	}
}

func (t textCompletion) Manifest() program.Manifest {
	return program.Manifest{Name: t.name, Version: t.version, Description: "a simulated completion, streamed",
		Parameters: completionParameters()}
}

func (t textCompletion) Run(ctx context.Context, g *Guest) (string, error) {
	in := completionInput{MaxTokens: 256, System: "You are a helpful, respectful and honest assistant."}
	if err := g.decode(completionForm(), &in); err != nil {
		return "", err
	}
	silent := g.p.e.features.Arguments
	text, err := g.complete(ctx, in.System+"\n"+in.Prompt, in.MaxTokens, func(piece string) error {
		if silent {
			return nil
		}
		return g.Print(piece)
	})
	if err == nil && !g.p.e.features.Stdout {
		err = g.Send(text) // results are not told there
	}
	return text, err
}

// complete collects a completion and tells each piece.
func (g *Guest) complete(ctx context.Context, prompt string, limit int, tell func(piece string) error) (string, error) {
	var text strings.Builder
	for piece, err := range g.Tokens(ctx, prompt, limit) {
		if err != nil {
			return text.String(), err
		}
		text.WriteString(piece)
		if err := tell(piece); err != nil {
			return text.String(), err
		}
	}
	return text.String(), nil
}

// rawCompletion is raw-completion: the whole text on stdout at once, and as {"text": …}.
type rawCompletion struct{}

func (rawCompletion) Manifest() program.Manifest {
	return program.Manifest{Name: "raw-completion", Version: "0.2.14", Description: "a simulated completion, in one piece",
		Parameters: completionParameters()}
}

func (rawCompletion) Run(ctx context.Context, g *Guest) (string, error) {
	in := completionInput{MaxTokens: 64}
	if err := g.decode(completionForm(), &in); err != nil {
		return "", err
	}
	text, err := g.complete(ctx, in.Prompt, in.MaxTokens, func(string) error { return nil })
	if err != nil {
		return "", err
	}
	if err := g.Print(text); err != nil {
		return "", err
	}
	result, err := json.Marshal(map[string]string{"text": text})
	return string(result), err
}
