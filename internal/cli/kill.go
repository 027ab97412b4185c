package cli

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/journal"
	"github.com/pierun/pierun/pie"
)

func (a *app) killCommand() *cli.Command {
	return &cli.Command{
		Name:      "kill",
		Usage:     "terminate instances on a server",
		ArgsUsage: "PREFIX…",
		Description: `pierun kill 3f2a                # the one instance whose id begins so
pierun kill 3f2a 77 b019
pierun kill --mine              # all that pierun has launched from this host: left over, detached, and of runs that go on
pierun kill --all               # all that the server lists for this user`,
		Flags: flags(limitAll,
			&cli.BoolFlag{Name: "mine", Usage: "all that this host's journal knows there, as pierun ps --mine lists them"},
			&cli.BoolFlag{Name: "all", Usage: "all that the server lists"},
			&cli.BoolFlag{Name: "yes", Usage: "with --all: those of other people too, where the server does not tell users apart"},
		),
		Action: a.kill,
	}
}

// victims say what kill is asked to end.
type victims struct {
	prefixes       []string
	mine, all, yes bool
}

func (a *app) kill(ctx *cli.Context) error {
	o := &options{ctx: ctx}
	server := a.realServer(o)
	if o.err != nil {
		return o.err
	}
	v := victims{prefixes: ctx.Args().Slice(), mine: ctx.Bool("mine"), all: ctx.Bool("all"), yes: ctx.Bool("yes")}
	chosen := 0
	for _, is := range []bool{len(v.prefixes) > 0, v.mine, v.all} {
		if is {
			chosen++
		}
	}
	if chosen != 1 {
		return usagef(a.seeHelp(ctx.Command), "kill wants prefixes of ids, or --mine, or --all, and one of these only")
	}
	if slices.Contains(v.prefixes, "") {
		return usagef("", "an empty prefix would be any instance")
	}
	return server.brief(ctx.Context, func(ctx context.Context, client *pie.Client) error {
		list, err := a.choose(ctx, client, v)
		if err != nil {
			return err
		}
		return a.killAll(ctx, client, list)
	})
}

// choose finds the instances; nothing has been ended when it fails.
func (a *app) choose(ctx context.Context, client *pie.Client, v victims) ([]pie.Info, error) {
	if v.mine {
		return a.chooseMine(client)
	}
	list, err := instances(ctx, client)
	if errors.Is(err, pie.ErrUnsupported) && !v.all {
		return named(v.prefixes), nil
	}
	if err != nil {
		return nil, err
	}
	if v.all {
		return list, allowAll(client, list, v.yes)
	}
	return findAll(list, v.prefixes)
}

// findAll finds the instance of each prefix, none twice.
func findAll(list []pie.Info, prefixes []string) ([]pie.Info, error) {
	var found []pie.Info
	for _, prefix := range prefixes {
		in, err := find(list, prefix)
		var usage *usageError
		if err != nil && isWholeID(prefix) && !errors.As(err, &usage) {
			in, err = pie.Info{InstanceID: prefix}, nil // a list may be cut: the server knows better
		}
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(found, func(f pie.Info) bool { return f.InstanceID == in.InstanceID }) {
			found = append(found, in)
		}
	}
	return found, nil
}

// allowAll asks for one word more before everybody's work is ended.
func allowAll(client *pie.Client, list []pie.Info, yes bool) error {
	if !client.Features().SharedUser || yes || len(list) == 0 {
		return nil
	}
	return usagef("--mine ends your own; --yes ends all the same",
		"a server of %s does not tell users apart: --all would end whatever runs there (%d), whoever has launched it", client.Info().Dialect, len(list))
}

// chooseMine takes what the journal knows.
func (a *app) chooseMine(client *pie.Client) ([]pie.Info, error) {
	byID, unanswered, err := a.mine(client.Info().URI)
	if err != nil {
		return nil, err
	}
	a.sayUnanswered(unanswered)
	var list []pie.Info
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		list = append(list, pie.Info{InstanceID: id, Program: byID[id].entry.Program})
	}
	return list, nil
}

func named(ids []string) []pie.Info {
	var list []pie.Info
	for _, id := range ids {
		list = append(list, pie.Info{InstanceID: id})
	}
	return list
}

func isWholeID(word string) bool { return len(word) == 36 && strings.Count(word, "-") == 4 }

// killAll ends them, tells of each, and settles the journal.
func (a *app) killAll(ctx context.Context, client *pie.Client, list []pie.Info) error {
	ended := terminate(ctx, client, list)
	sweep(ctx, client, list)
	shorts := shortIDs(list)
	failed, gone := 0, map[string]bool{}
	for i, in := range list {
		name := shorts[in.InstanceID]
		if in.Program != "" {
			name += " " + in.Program
		}
		a.tellEnding(name, ended[i])
		if ended[i].err != nil {
			failed++
		} else {
			gone[in.InstanceID] = true
		}
	}
	a.settle(gone)
	if len(list) == 0 {
		a.say("there is nothing to end")
	}
	if failed > 0 {
		return status(exitError)
	}
	return nil
}

// settle takes what is gone out of the journals of dead runs; a living run writes its own.
func (a *app) settle(gone map[string]bool) {
	runs, err := a.runs()
	for _, run := range runs {
		entries := slices.DeleteFunc(slices.Clone(run.Entries), func(e journal.Entry) bool { return !gone[e.InstanceID] })
		if len(entries) > 0 && !run.Alive && err == nil {
			err = run.Settle(entries)
		}
	}
	if err != nil {
		a.say("the journal of what this host has launched cannot be kept: %v", err)
	}
}
