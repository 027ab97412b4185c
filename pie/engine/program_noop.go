package engine

import (
	"context"

	"github.com/pierun/pierun/pie/program"
)

// noop ends at once, without a word, whatever its input.
type noop struct{}

func (noop) Manifest() program.Manifest {
	return program.Manifest{Name: "noop", Version: "0.1.0", Description: "ends at once"}
}

func (noop) Run(context.Context, *Guest) (string, error) { return "", nil }
