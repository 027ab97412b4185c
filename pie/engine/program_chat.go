package engine

import (
	"context"
	"strings"

	"github.com/pierun/pierun/pie/program"
)

// chat is a conversation: it answers each message on stdout, piece by piece, and says when an answer is complete with
// the message {"done":true}. It ends at "bye".
type chat struct{}

type chatInput struct {
	MaxTokens int    `json:"max_tokens"`
	System    string `json:"system"`
}

func (chat) Manifest() program.Manifest {
	return program.Manifest{Name: "chat", Version: "0.1.0", Description: "a simulated conversation; ends at \"bye\"",
		Parameters: map[string]program.Parameter{
			"max_tokens": {Type: "int", Optional: true, Description: "the longest answer, in tokens"},
			"system":     {Type: "string", Optional: true, Description: "what stands before the conversation"},
		}}
}

func (chat) Run(ctx context.Context, g *Guest) (string, error) {
	in := chatInput{MaxTokens: 64}
	if err := g.decode(inputForm{texts: []string{"system"}}, &in); err != nil {
		return "", err
	}
	var history strings.Builder
	history.WriteString(in.System)
	for {
		message, err := g.Recv(ctx)
		if err != nil || message == goodbye {
			return "", err
		}
		history.WriteString("\n" + message)
		answer, err := g.complete(ctx, history.String(), in.MaxTokens, g.Print)
		if err != nil {
			return "", err
		}
		history.WriteString("\n" + answer)
		if err := g.Send(`{"done":true}`); err != nil {
			return "", err
		}
	}
}
