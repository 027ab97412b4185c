package engine

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/pierun/pierun/pie/program"
)

// source prints n numbered pieces, rate of them a second (0: as fast as they are read), each filled up to size bytes.
type source struct{}

type sourceInput struct {
	N    int     `json:"n"`
	Rate float64 `json:"rate"`
	Size int     `json:"size"`
}

// maxPiece bounds the size of a piece, in bytes.
const maxPiece = 16 << 20

func (source) Manifest() program.Manifest {
	return program.Manifest{Name: "source", Version: "0.1.0", Description: "prints numbered pieces",
		Parameters: map[string]program.Parameter{
			"n":    {Type: "int", Optional: true, Description: "how many"},
			"rate": {Type: "float", Optional: true, Description: "pieces a second; 0: as fast as they are read"},
			"size": {Type: "int", Optional: true, Description: "bytes of a piece; 0: the number alone"},
		}}
}

func (source) Run(ctx context.Context, g *Guest) (string, error) {
	in := sourceInput{N: 10}
	if err := g.decode(inputForm{}, &in); err != nil {
		return "", err
	}
	filling := strings.Repeat(".", max(0, min(in.Size, maxPiece)))
	for i := range in.N {
		if in.Rate > 0 && i > 0 {
			if err := g.Sleep(ctx, time.Duration(float64(time.Second)/in.Rate)); err != nil {
				return "", err
			}
		}
		piece := strconv.Itoa(i+1) + "\n"
		if short := in.Size - len(piece); short > 0 {
			piece = piece[:len(piece)-1] + filling[:short] + "\n"
		}
		if err := g.Print(piece); err != nil {
			return "", err
		}
	}
	return "", nil
}
