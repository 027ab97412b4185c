package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/pie"
)

func (a *app) pingCommand() *cli.Command {
	return &cli.Command{
		Name:  "ping",
		Usage: "ask a server whether it is there, what it speaks and how far away it is",
		Description: `pierun ping --server ws://gpu:8080
PIE_SERVER=ws://gpu:8080 pierun ping
pierun ping                     # the embedded engine, which is simulated`,
		Flags: append(serverFlags(),
			&cli.StringFlag{Name: "timeout", Usage: "wait at most `TIME` for the connection and the login: 15s if not given"},
		),
		Action: a.ping,
	}
}

func (a *app) ping(ctx *cli.Context) error {
	if err := a.noWords(ctx); err != nil {
		return err
	}
	o := &options{ctx: ctx}
	dialect := o.dialect()
	cfg := pie.Config{
		URI: a.server(o), User: a.user(o), Dialect: o.text("dialect"),
		DialTimeout: o.duration("timeout"), Clock: clock.System{},
	}
	if o.err != nil {
		return o.err
	}
	if cfg.URI == "" {
		engine := a.newEmbedded(dialect, nil)
		defer engine.close()
		cfg.URI, cfg.Dialect, cfg.DialContext = embeddedServer, engine.generation(), engine.DialContext
	}
	return a.pingServer(ctx.Context, cfg)
}

// pingServer prints one line about the server on standard output.
func (a *app) pingServer(ctx context.Context, cfg pie.Config) error {
	client, err := pie.Dial(ctx, cfg)
	if err != nil {
		return stopped(ctx, err)
	}
	defer func() { _ = client.Close(context.WithoutCancel(ctx)) }()
	took, err := client.Ping(ctx)
	if err != nil {
		return stopped(ctx, err)
	}
	simulated := ""
	if yes, err := client.Simulated(ctx); err == nil && yes { // servers that cannot be asked are not
		simulated = ", simulated"
	}
	_, err = fmt.Fprintf(a.env.Stdout, "%s: %s%s, %s\n", cfg.URI, client.Info().Dialect, simulated, took.Round(time.Microsecond))
	return err
}

// stopped prefers the reason for which a command was ended to what came of that.
func stopped(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
