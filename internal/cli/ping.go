package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/pie"
)

func (a *app) pingCommand() *cli.Command {
	return &cli.Command{
		Name:  "ping",
		Usage: "ask a server whether it is there, what it speaks and how far away it is",
		Description: `pierun ping --server ws://gpu:8080
PIE_SERVER=ws://gpu:8080 pierun ping
pierun ping                     # the embedded engine, which is simulated

A health check names its server: without one the embedded engine answers, which is always there. Exit code 5: no server,
none that answers within --timeout, or no login.`,
		Flags:  flags(limitAll),
		Action: a.ping,
	}
}

func (a *app) ping(ctx *cli.Context) error {
	if err := a.noWords(ctx); err != nil {
		return err
	}
	o := &options{ctx: ctx}
	server := a.connection(o)
	if o.err != nil {
		return o.err
	}
	return absent(server.brief(ctx.Context, func(ctx context.Context, client *pie.Client) error {
		return a.pingServer(ctx, client, server.cfg.URI)
	}))
}

// absent makes of a connection that broke before the answer that there is no server which answers.
func absent(err error) error {
	var e *pie.Error
	if !errors.As(err, &e) || e.Kind != pie.KindLost {
		return err
	}
	gone := *e
	gone.Kind = pie.KindConnect
	return &gone
}

// pingServer prints one line about the server on standard output.
func (a *app) pingServer(ctx context.Context, client *pie.Client, address string) error {
	took, err := client.Ping(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.env.Stdout, "%s: %s%s, %s\n", address, client.Info().Dialect, simulated(ctx, client), took.Round(time.Microsecond))
	return err
}

// simulated is a remark about the server; those that cannot be asked are not.
func simulated(ctx context.Context, client *pie.Client) string {
	if yes, err := client.Simulated(ctx); err == nil && yes {
		return ", simulated"
	}
	return ""
}
