package engine

import (
	"context"

	"github.com/pierun/pierun/pie/program"
)

// goodbye ends the programs that talk.
const goodbye = "bye"

// echo sends every message and every file back and ends at "bye".
type echo struct{}

func (echo) Manifest() program.Manifest {
	return program.Manifest{Name: "echo", Version: "0.1.0", Description: "sends every message and file back; ends at \"bye\""}
}

// ReceivesFiles makes files arrive however early they are sent.
func (echo) ReceivesFiles() bool { return true }

func (echo) Run(ctx context.Context, g *Guest) (string, error) {
	for {
		in, err := g.RecvAny(ctx)
		switch {
		case err != nil:
			return "", err
		case in.IsFile:
			err = g.SendFile(in.File, "")
		case in.Text == goodbye:
			return "", nil
		default:
			err = g.Send(in.Text)
		}
		if err != nil {
			return "", err
		}
	}
}
