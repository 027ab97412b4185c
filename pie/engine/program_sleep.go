package engine

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/pierun/pierun/pie/program"
)

// sleep waits for a number of seconds, 1 unless told.
type sleep struct{}

type sleepInput struct {
	Seconds float64 `json:"seconds"`
}

func (sleep) Manifest() program.Manifest {
	return program.Manifest{Name: "sleep", Version: "0.1.0", Description: "waits",
		Parameters: map[string]program.Parameter{"seconds": {Type: "float", Optional: true}}}
}

func (sleep) Run(ctx context.Context, g *Guest) (string, error) {
	in := sleepInput{Seconds: 1}
	if err := g.decode(inputForm{}, &in); err != nil {
		return "", err
	}
	d := in.Seconds * float64(time.Second)
	if d < 0 || d > math.MaxInt64/2 {
		return "", fmt.Errorf("seconds: %g is out of range", in.Seconds)
	}
	return "", g.Sleep(ctx, time.Duration(d))
}
