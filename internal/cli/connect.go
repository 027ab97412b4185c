package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/pie"
)

// connection is the server that a command talks to: a real one, or the embedded engine.
type connection struct {
	cfg    pie.Config
	engine *embedded // nil: a real server
	named  string    // the dialect, where somebody has named it by hand
}

// connection reads the flags that say which server. Nothing is dialled.
func (a *app) connection(o *options) *connection {
	dialect := o.dialect()
	c := &connection{cfg: pie.Config{
		URI: a.server(o), User: a.user(o), Dialect: o.text("dialect"),
		DialTimeout: o.duration("timeout"), Clock: clock.System{},
	}}
	if dialect != nil {
		c.named = c.cfg.Dialect
	}
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

// brief is with for a command that is over soon: --timeout, where it is given, is for all of it.
func (c *connection) brief(ctx context.Context, f func(ctx context.Context, client *pie.Client) error) error {
	limited, cancel := c.within(ctx, c.cfg.DialTimeout)
	defer cancel()
	return c.with(ctx, func(_ context.Context, client *pie.Client) error { return c.silent(f(limited, client)) })
}

// within bounds what is asked of the server; a limit of zero leaves each question its own.
func (c *connection) within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, limit, &pie.Error{Kind: pie.KindTimeout, Message: fmt.Sprintf("no answer within %v", limit),
		Hint: "does the server still work? pierun doctor looks"})
}

// silent makes of a question that was not answered that there is no server of that kind, which its exit code says, too.
// A server that hangs up is one of another kind where somebody has named its dialect.
func (c *connection) silent(err error) error {
	var e *pie.Error
	if !errors.As(err, &e) || e.Kind != pie.KindTimeout && (e.Kind != pie.KindLost || c.named == "") {
		return err
	}
	mute := *e
	mute.Kind = pie.KindConnect
	if c.named != "" {
		mute.Hint = c.leaveOut()
	}
	return &mute
}

// leaveOut is the advice where a dialect that was named by hand may be the wrong one.
func (c *connection) leaveOut() string {
	return "servers do not answer what they do not understand, or hang up: without --dialect " + c.named + " pierun finds out what this one speaks"
}

// stopped prefers the reason for which a command was ended to what came of that.
func stopped(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && err != nil {
		return cause
	}
	return err
}

// What --timeout bounds, by the kind of command.
const (
	limitDial   = "wait at most `TIME` for the connection and the login: 15s if not given"
	limitAttach = "wait at most `TIME` until it is attached: 15s for the connection and the login, and 30s for an answer, if not given"
	limitAll    = "wait at most `TIME` for all of it: 15s for the connection and the login, and 30s for an answer, if not given"
	limitLook   = "wait at most `TIME` for the connection and the login, and for each other look: 15s and 5s if not given"
)

// flags is the list of a command's own flags behind those that say which server; limit is what its --timeout bounds.
func flags(limit string, own ...cli.Flag) []cli.Flag {
	return append(serverFlags(), append(own, &cli.StringFlag{Name: "timeout", Usage: limit})...)
}
