package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/program"
)

func (a *app) installCommand() *cli.Command {
	return &cli.Command{
		Name:      "install",
		Usage:     "put a program on a server",
		ArgsUsage: "PATH",
		Description: `pierun install target/wasm32-wasip2/release/greeter.wasm     # with the Pie.toml beside it, or of its project
pierun install my-program/                                   # a folder with a Pie.toml and one program
pierun install agent.js --force                              # even if the server has the same bytes

What it prints is the name to launch it by. Servers of 0.2 want a namespace in it: [package] name = "me/greeter" in Pie.toml.`,
		Flags:  flags(limitDial, &cli.BoolFlag{Name: "force", Aliases: []string{"f"}, Usage: "upload even if the server has the same bytes already"}),
		Action: a.install,
	}
}

func (a *app) install(ctx *cli.Context) error {
	if ctx.NArg() != 1 {
		return usagef(a.seeHelp(ctx.Command), "install wants one PATH, a program's file or folder")
	}
	o := &options{ctx: ctx}
	server := a.realServer(o)
	if o.err != nil {
		return o.err
	}
	path := ctx.Args().First()
	pkg, err := program.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return usagef("", "there is no %s", path)
	}
	if err == nil {
		err = notProgram(pkg, path)
	}
	if err != nil {
		return err
	}
	up := pie.Upload{Bytes: pkg.Bytes, File: pkg.File, Force: ctx.Bool("force")}
	if pkg.Manifest != nil {
		up.Manifest = pkg.Manifest.Text
	}
	return server.with(ctx.Context, func(ctx context.Context, client *pie.Client) error {
		if err := refuseLua(ctx, client, pkg, path); err != nil {
			return err
		}
		return a.upload(ctx, client, up)
	})
}

// upload installs and prints the name to launch the program by: its hash, where that is all that the server knows.
func (a *app) upload(ctx context.Context, client *pie.Client, up pie.Upload) error {
	a.say("uploading %d bytes to %s; the first program of its kind may compile there for a minute", len(up.Bytes), client.Info().URI)
	told, arrived := a.transfers().sending(cmp.Or(up.File, "program"))
	up.Progress = told
	done, err := client.Install(ctx, up)
	arrived()
	if err != nil {
		return err
	}
	name := done.Ref
	if client.Features().HashNames {
		name = done.Hash
	}
	switch {
	case done.Known:
		a.say("the server had it already, the same bytes (--force uploads all the same)")
	case client.Features().KeepsLaunched:
		a.say("if %s was launched there before, a server of %s goes on to run the old one: a new version in Pie.toml helps", name, client.Info().Dialect)
	}
	a.remember(client.Info().URI, name, done.Hash)
	_, err = fmt.Fprintln(a.env.Stdout, name)
	return err
}
