package cli

import (
	"context"
	"errors"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/pie"
)

func (a *app) logsCommand() *cli.Command {
	return &cli.Command{
		Name:      "logs",
		Usage:     "show what an instance says, without talking to it",
		ArgsUsage: "PREFIX",
		Description: `pierun logs 3f2a                 # what the server has kept since somebody was last attached
pierun logs -f 3f2a              # … and what follows, until it ends; Ctrl-C leaves it running

No server lets two watch one instance, or shows the same words twice: logs attaches, shows, and lets go. Where letting
go would end the instance, or where nothing is kept, it is refused. Releases from 0.3 on throw away what a detached
instance prints: its messages, files and end are all there is.`,
		Flags: flags(limitAttach,
			&cli.BoolFlag{Name: "follow", Aliases: []string{"f"}, Usage: "go on until the instance ends"},
			saveDirFlag(),
		),
		Action: a.logs,
	}
}

func (a *app) logs(ctx *cli.Context) error {
	server, prefix, err := a.visit(ctx)
	if err != nil {
		return err
	}
	follow := ctx.Bool("follow")
	return server.with(ctx.Context, func(run context.Context, client *pie.Client) error {
		if err := readable(client, follow); err != nil {
			return err
		}
		w, err := a.watch(ctx, run, server, client, prefix)
		if err != nil {
			return err
		}
		return w.read(run, follow)
	})
}

// readable refuses what the server's generation cannot do without doing harm.
func readable(client *pie.Client, follow bool) error {
	f, generation := client.Features(), client.Info().Dialect
	unsupported := func(message, hint string) error {
		return &pie.Error{Kind: pie.KindUnsupported, Op: "logs", Message: "a server of " + generation + " " + message, Hint: hint}
	}
	switch {
	case !f.AttachInstance:
		return unsupported("lets nobody attach to an instance", "have the script that launches it print or save what it says")
	case f.KillsOnClose:
		return unsupported("ends an instance when whoever watches it leaves, so that logs would be the end of it", "pierun attach PREFIX watches it to its end")
	case !follow && !f.DetachedOutput:
		return unsupported("keeps nothing of what an instance says while nobody is attached", "pierun logs -f PREFIX shows its messages, files and end from now on")
	}
	return nil
}

// drainFor is how long logs without -f waits for more of what the server has kept.
const drainFor = 300 * time.Millisecond

// read shows what is there, and what follows if asked, and lets go.
func (w *watcher) read(ctx context.Context, follow bool) error {
	if !w.instance.Client().Features().DetachOnClose {
		w.a.say("once this command ends, this server lets nobody attach to %s again", cut(w.instance.ID(), shortID))
	}
	showing := ctx
	if !follow {
		drained, cancel := context.WithTimeout(ctx, drainFor)
		defer cancel()
		showing = drained
	}
	err := w.show(showing)
	if w.instance.Settled() {
		return err
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), defaultGrace)
	defer cancel()
	if detached := w.instance.Detach(bounded); detached != nil {
		return detached
	}
	if errors.Is(err, pie.ErrTimeout) && !follow {
		return nil
	}
	return err
}
