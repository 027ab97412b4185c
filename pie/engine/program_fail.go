package engine

import (
	"context"
	"errors"

	"github.com/pierun/pierun/pie/program"
)

// fail ends in an exception with a given message.
type fail struct{}

type failInput struct {
	Message string `json:"message"`
}

func (fail) Manifest() program.Manifest {
	return program.Manifest{Name: "fail", Version: "0.1.0", Description: "ends in an exception",
		Parameters: map[string]program.Parameter{"message": {Type: "string", Optional: true}}}
}

func (fail) Run(_ context.Context, g *Guest) (string, error) {
	in := failInput{Message: "failed on request"}
	if err := g.decode(inputForm{texts: []string{"message"}}, &in); err != nil {
		return "", err
	}
	return "", errors.New(in.Message)
}
