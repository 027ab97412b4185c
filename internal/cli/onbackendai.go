package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/backendai"
)

// onBackendAI brings up the session of --on backendai, runs what needs it, and gives the session back.
func (a *app) onBackendAI(ctx context.Context, image string, use func(*backendai.Server) error) error {
	spec, err := backendai.LoadServer(projectFile)
	if err != nil {
		return backendaiProblem(err)
	}
	if image != "" {
		spec.Session.Image = image
	}
	if spec.Session.Image == "" {
		return usagef(`write [backendai.pie] image = "…" into `+projectFile, "--on backendai needs an image with a Pie server")
	}
	j := a.noting()
	defer func() { _ = j.Close() }()
	c, err := a.manager(j)
	if err != nil {
		return err
	}
	defer c.Close()
	spec.Stage = func(stage string) { a.say("backendai: %s", stage) }
	server, err := c.Serve(ctx, spec)
	if err != nil {
		return backendaiProblem(stopped(ctx, err))
	}
	err = use(server)
	if a.giveBack(ctx, server.ID, server.Name, server.Close) && server.Created {
		a.say("backendai: session %s is gone", server.Name)
	}
	return err
}

// checkOn refuses flags that do not fit together.
func checkOn(ctx *cli.Context) error {
	on := ctx.String("on")
	switch {
	case !ctx.IsSet("on") && ctx.IsSet("image"):
		return usagef("--on backendai --image …", "--image is what the session of --on is made from, and --on is missing")
	case ctx.IsSet("on") && on != "backendai":
		return usagef("", "--on must be backendai, not %q", on)
	case ctx.IsSet("on") && ctx.IsSet("server"):
		return usagef("leave one of them out", "--on brings its own server, and --server names another")
	}
	return nil
}

// runOn runs a script, unchanged, on a server that is brought up for it: not for one that cannot run.
func (a *app) runOn(ctx *cli.Context, run context.Context, s *script) error {
	if err := a.check(run, s); err != nil {
		return err
	}
	return a.onBackendAI(run, ctx.String("image"), func(server *backendai.Server) error {
		s.cfg.Server, s.cfg.DialServer = "ws://"+server.Name+".session:8080", server.DialContext
		return a.carryOut(run, s)
	})
}
