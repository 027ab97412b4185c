package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/pie"
)

// connection is the server that a command talks to: a real one, or the embedded engine.
type connection struct {
	cfg    pie.Config
	engine *embedded // nil: a real server
}

// connection reads the flags that say which server. Nothing is dialled.
func (a *app) connection(o *options) *connection {
	dialect := o.dialect()
	c := &connection{cfg: pie.Config{
		URI: a.server(o), User: a.user(o), Dialect: o.text("dialect"),
		DialTimeout: o.duration("timeout"), Clock: clock.System{},
	}}
	a.prove(o, &c.cfg)
	if o.err == nil && c.cfg.URI == "" {
		c.engine = a.newEmbedded(dialect, nil)
		c.cfg.URI, c.cfg.Dialect, c.cfg.DialContext = embeddedServer, c.engine.generation(), c.engine.DialContext
	}
	return c
}

// realServer is connection for commands that have no use for the embedded engine, which lives as long as one script.
func (a *app) realServer(o *options) *connection {
	c := a.connection(o)
	if o.err == nil && c.engine != nil {
		o.err = usagef("--server ws://host:port, or $PIE_SERVER", "%s wants a server: the embedded engine ends with the script that uses it", o.ctx.Command.Name)
	}
	return c
}

// close ends the engine, if it was needed.
func (c *connection) close() {
	if c.engine != nil {
		c.engine.close()
	}
}

// with connects, calls f and closes. What a signal has cut short is told as that signal.
func (c *connection) with(ctx context.Context, f func(ctx context.Context, client *pie.Client) error) error {
	defer c.close()
	client, err := pie.Dial(ctx, c.cfg)
	if err != nil {
		return stopped(ctx, err)
	}
	defer func() { _ = client.Close(context.WithoutCancel(ctx)) }()
	return stopped(ctx, f(ctx, client))
}

// stopped prefers the reason for which a command was ended to what came of that.
func stopped(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && err != nil {
		return cause
	}
	return err
}

// flags is the list of a command's own flags behind those that say which server.
func flags(own ...cli.Flag) []cli.Flag {
	return append(serverFlags(), append(own, timeoutFlag())...)
}

func timeoutFlag() cli.Flag {
	return &cli.StringFlag{Name: "timeout", Usage: "wait at most `TIME` for the connection and the login: 15s if not given"}
}
