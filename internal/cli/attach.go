package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/screen"
	"github.com/pierun/pierun/pie"
)

func (a *app) attachCommand() *cli.Command {
	return &cli.Command{
		Name:      "attach",
		Usage:     "talk to an instance that runs by itself",
		ArgsUsage: "PREFIX",
		Description: `pierun attach 3f2a               # what it says comes out, each line typed is a message to it
echo hello | pierun attach 3f2a  # at the end of a pipe or file it goes on to listen, until the instance ends

Ctrl-C terminates the instance. Ctrl-D leaves it running, where the server can do that, and so do the loss of the
terminal (ssh that drops) and SIGTERM; gateways end it together with the connection, which is said then. Releases from
0.3 on throw away what a detached instance prints: its messages, files and end are all there is.`,
		Flags:  flags(limitAttach, forceAttach(), saveDirFlag()),
		Action: a.attach,
	}
}

func forceAttach() cli.Flag {
	return &cli.BoolFlag{Name: "force", Usage: "attach although nobody here can tell whether somebody else is attached (0.5 gateways, which punish that)"}
}

func saveDirFlag() cli.Flag {
	return &cli.StringFlag{Name: "save-dir", Usage: "write the files that it sends into `DIR`"}
}

func (a *app) attach(ctx *cli.Context) error {
	server, prefix, err := a.visit(ctx)
	if err != nil {
		return err
	}
	journal := a.journal()
	defer func() { _ = journal.Close() }()
	server.cfg.Journal = journal
	return server.with(ctx.Context, func(run context.Context, client *pie.Client) error {
		w, err := a.watch(ctx, run, server, client, prefix)
		if err != nil {
			return err
		}
		w.keyboard = screen.IsTerminal(a.env.Stdin)
		return w.talk(run)
	})
}

// errLeft says that the person has left with Ctrl-D.
var errLeft = errors.New("left")

// talk shows what comes and sends what is typed until the instance ends, the person leaves, or a signal ends it.
func (w *watcher) talk(ctx context.Context) error {
	listening, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	go w.typed(leave) // reads a keyboard, which cannot be called off: it goes with the process
	err := w.show(listening)
	switch {
	case context.Cause(ctx) != nil:
		return w.stop(ctx)
	case errors.Is(context.Cause(listening), errLeft) && !w.instance.Settled():
		return w.leave(ctx)
	}
	return err
}

// typed sends the lines of standard input. The end of a keyboard's input is Ctrl-D: the person leaves.
func (w *watcher) typed(leave context.CancelCauseFunc) {
	if w.a.env.Stdin == nil {
		return
	}
	lines := bufio.NewReader(w.a.env.Stdin)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			if failed := w.instance.Send(strings.TrimRight(line, "\r\n")); failed != nil {
				if !w.instance.Settled() {
					w.a.fail(failed.Error())
				}
				return
			}
		}
		if errors.Is(err, io.EOF) && w.keyboard {
			leave(errLeft)
		}
		if err != nil {
			return
		}
	}
}

// stop does what a signal means. Ctrl-C is typed to end the instance; a hang-up and SIGTERM end this command alone,
// and the instance goes on as after Ctrl-D, unless the server ends it together with the connection.
func (w *watcher) stop(ctx context.Context) error {
	var why *Stop
	if !errors.As(context.Cause(ctx), &why) || why.Code == exitInterrupt {
		return w.endIt(ctx)
	}
	switch err := w.letGo(ctx); {
	case w.instance.Settled():
	case errors.Is(err, pie.ErrUnsupported):
		w.a.say("this server ends %s together with the connection", w.name())
		return w.endIt(ctx)
	case err != nil:
		w.a.fail(fmt.Sprintf("%s may still be running: %v", w.name(), err))
	}
	return context.Cause(ctx)
}

// endIt terminates the instance because of a signal, and says so.
func (w *watcher) endIt(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), defaultGrace)
	defer cancel()
	name := w.name()
	if err := w.instance.Terminate(bounded); err != nil {
		w.a.fail(fmt.Sprintf("%s may still be running: %v", name, err))
		return context.Cause(ctx)
	}
	select {
	case <-w.instance.Done():
		w.a.settle(map[string]bool{w.instance.ID(): true})
		w.a.say("%s was terminated", name)
	case <-bounded.Done():
		w.a.say("%s was told to end, and has not said that it did", name)
	}
	return context.Cause(ctx)
}

// leave lets the instance go on, as far as the server can; where it cannot, the person stays.
func (w *watcher) leave(ctx context.Context) error {
	err := w.letGo(ctx)
	if errors.Is(err, pie.ErrUnsupported) {
		w.a.say("this server ends %s together with the connection: listening on (Ctrl-C terminates it)", cut(w.instance.ID(), shortID))
		return w.talkOn(ctx)
	}
	return err
}

// letGo detaches, and says what that means on this server.
func (w *watcher) letGo(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), defaultGrace)
	defer cancel()
	if err := w.instance.Detach(bounded); err != nil {
		return err
	}
	name := cut(w.instance.ID(), shortID)
	if w.instance.Client().Features().DetachOnClose {
		w.a.say("%s goes on; pierun attach %s comes back to it", name, name)
	} else {
		w.a.say("%s goes on; this server lets nobody attach to it again (pierun kill %s ends it)", name, name)
	}
	return nil
}

// talkOn shows the rest to a person who has nothing more to say and cannot leave.
func (w *watcher) talkOn(ctx context.Context) error {
	err := w.show(ctx)
	if context.Cause(ctx) != nil {
		return w.stop(ctx)
	}
	return err
}
