package engine

import (
	"context"
	"strconv"
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
	piece := make([]byte, 0, 32)
	for i := range in.N {
		if in.Rate > 0 && i > 0 {
			if err := g.Sleep(ctx, time.Duration(float64(time.Second)/in.Rate)); err != nil {
				return "", err
			}
		}
		piece = numbered(piece[:0], i+1, min(in.Size, maxPiece))
		if err := g.Print(string(piece)); err != nil {
			return "", err
		}
	}
	return "", nil
}

// numbered appends a number, dots up to the size, and the end of the line.
func numbered(dst []byte, n, size int) []byte {
	dst = strconv.AppendInt(dst, int64(n), 10)
	for len(dst) < size-1 {
		dst = append(dst, '.')
	}
	return append(dst, '\n')
}
