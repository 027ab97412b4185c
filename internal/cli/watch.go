package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/pie"
)

// watcher shows what an instance tells.
type watcher struct {
	a        *app
	instance *pie.Instance
	saveDir  string // where its files go; "": they are only told of
	keyboard bool   // a person types what is sent, who leaves with Ctrl-D
}

// visit reads the command line of a command that attaches: the server, and the beginning of an id.
func (a *app) visit(ctx *cli.Context) (server *connection, prefix string, err error) {
	if ctx.NArg() != 1 || ctx.Args().First() == "" {
		return nil, "", usagef(a.seeHelp(ctx.Command), "%s wants one PREFIX of an id, as pierun ps shows them", ctx.Command.Name)
	}
	o := &options{ctx: ctx}
	server = a.realServer(o)
	server.cfg.Arriving = a.transfers().arriving()
	return server, ctx.Args().First(), o.err
}

// watch takes up the instance of a command that attaches, within its --timeout.
func (a *app) watch(ctx *cli.Context, run context.Context, server *connection, client *pie.Client, prefix string) (*watcher, error) {
	limited, cancel := server.within(run, server.cfg.DialTimeout)
	defer cancel()
	instance, err := a.takeUp(limited, client, prefix, ctx.Bool("force"))
	if err != nil {
		return nil, server.silent(err)
	}
	if f := client.Features(); !f.DetachedOutput {
		a.say("what %s prints is not shown: a server of %s throws the output of detached instances away; its messages, files and end come from now on",
			cut(instance.ID(), shortID), client.Info().Dialect)
	}
	return &watcher{a: a, instance: instance, saveDir: ctx.String("save-dir")}, nil
}

// takeUp attaches to the instance whose id begins with prefix. Where the refusal of an attach does harm, it wants to
// know that nobody else is attached: by the journal of this host, or because the person says so.
func (a *app) takeUp(ctx context.Context, client *pie.Client, prefix string, sure bool) (*pie.Instance, error) {
	list, err := instances(ctx, client)
	if err != nil {
		return nil, err
	}
	in, err := find(list, prefix)
	if err != nil {
		return nil, err
	}
	if client.Features().RefusedAttachKills && !sure {
		byID, _, err := a.mine(client.Info().URI)
		if err != nil || !byID[in.InstanceID].entry.Detached {
			return nil, usagef("--force, if you know that nobody is",
				"if somebody is attached to %s already, a server of %s would end it because of this attempt; this host has not launched it detached, so nobody here can tell",
				in.InstanceID, client.Info().Dialect)
		}
	}
	return client.Attach(ctx, in.InstanceID)
}

// show prints what comes until the instance has ended or ctx has. It returns how the instance ended: nil, or a status.
func (w *watcher) show(ctx context.Context) error {
	for {
		e, err := w.instance.Next(ctx)
		if err != nil {
			return err
		}
		if e.Kind.Terminal() {
			return w.end(e)
		}
		if err := w.print(e); err != nil {
			return err
		}
	}
}

// print writes one event to the stream it is meant for: what the program prints as it is, its messages as lines.
func (w *watcher) print(e pie.Event) error {
	var err error
	switch e.Kind {
	case pie.Stdout:
		_, err = io.WriteString(w.a.env.Stdout, text(e))
	case pie.Stderr:
		_, _ = io.WriteString(w.a.env.Stderr, text(e))
	case pie.Message:
		_, err = fmt.Fprintln(w.a.env.Stdout, text(e))
	case pie.BlobEvent:
		w.file(e)
	}
	return err
}

func text(e pie.Event) string {
	s, _ := e.Value.(string)
	return s
}

// file saves a file, or tells of it.
func (w *watcher) file(e pie.Event) {
	blob, _ := e.Value.(*pie.Blob)
	switch {
	case blob == nil:
	case w.saveDir == "":
		w.a.say("a file came, %d bytes (%s); --save-dir DIR keeps such", blob.Size, blobName(blob))
	default:
		path, err := blob.Save(w.saveDir + "/")
		if err != nil {
			w.a.fail(fmt.Sprintf("a file of %d bytes could not be saved: %v", blob.Size, err))
			return
		}
		w.a.say("a file came: %s, %d bytes", path, blob.Size)
	}
}

func blobName(b *pie.Blob) string {
	if b.Name != "" {
		return b.Name
	}
	return b.Hash[:min(12, len(b.Hash))]
}

// name is the instance in a sentence; some generations do not tell its program.
func (w *watcher) name() string {
	return strings.TrimSpace(w.instance.Program() + " " + cut(w.instance.ID(), shortID))
}

// end tells how it went: the result on standard output, a failure in words.
func (w *watcher) end(e pie.Event) error {
	w.a.settle(map[string]bool{w.instance.ID(): true})
	words := strings.TrimRight(text(e), "\n")
	if e.Kind == pie.Completed {
		if words != "" {
			_, err := fmt.Fprintln(w.a.env.Stdout, words)
			return err
		}
		return nil
	}
	if words != "" {
		words = ": " + words
	}
	w.a.fail(fmt.Sprintf("%s: %s%s", w.name(), e.Kind, words))
	return status(exitError)
}
