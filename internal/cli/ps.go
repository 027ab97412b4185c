package cli

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/pie"
)

func (a *app) psCommand() *cli.Command {
	return &cli.Command{
		Name:  "ps",
		Usage: "list the instances that run on a server",
		Description: `pierun ps --server ws://gpu:8080
pierun ps --mine                # with $PIE_SERVER; only what this host has launched and not seen the end of
pierun ps --full                # whole ids, and the inputs
pierun ps --json | jq -r '.[].id'`,
		Flags: flags(limitAll,
			&cli.BoolFlag{Name: "mine", Usage: "only what pierun has launched from this host, by its journal"},
			&cli.BoolFlag{Name: "full", Usage: "whole ids, and what each instance was given"},
			jsonFlag(),
		),
		Action: a.ps,
	}
}

func (a *app) ps(ctx *cli.Context) error {
	if err := a.noWords(ctx); err != nil {
		return err
	}
	o := &options{ctx: ctx}
	server := a.realServer(o)
	if o.err != nil {
		return o.err
	}
	return server.brief(ctx.Context, func(run context.Context, client *pie.Client) error {
		rows, err := a.listing(run, client, ctx.Bool("mine"))
		if err != nil {
			return err
		}
		if ctx.Bool("json") {
			return a.printJSON(rows)
		}
		return a.psTable(rows, ctx.Bool("full"))
	})
}

// psRow is one instance in the list, and its form in JSON.
type psRow struct {
	ID       string   `json:"id"`
	Program  string   `json:"program"`
	User     string   `json:"user,omitempty"`
	State    string   `json:"state"`    // "running", "unattached", "finished", "not listed"
	Attached *bool    `json:"attached"` // null where the server does not tell
	Elapsed  float64  `json:"elapsed_seconds"`
	Input    string   `json:"input,omitempty"`
	Args     []string `json:"args,omitempty"`
	Mine     string   `json:"mine,omitempty"` // who here looks after it; "" is not from this host
}

// listing is what the server says runs, with what the journal knows of it.
func (a *app) listing(ctx context.Context, client *pie.Client, onlyMine bool) ([]psRow, error) {
	list, err := instances(ctx, client)
	if err != nil {
		return nil, err
	}
	a.forget(client, list)
	byID, unanswered, err := a.mine(client.Info().URI)
	if err != nil && onlyMine {
		return nil, err
	}
	rows := []psRow{}
	for _, in := range list {
		m, mine := byID[in.InstanceID]
		delete(byID, in.InstanceID)
		if mine || !onlyMine {
			rows = append(rows, rowOf(in, m, mine))
		}
	}
	if onlyMine {
		a.sayUnanswered(unanswered)
	}
	if f := client.Features(); onlyMine && !f.ListComplete {
		rows = append(rows, unlisted(byID)...)
	}
	return rows, nil
}

func rowOf(in pie.Info, m owned, mine bool) psRow {
	row := psRow{
		ID: in.InstanceID, Program: in.Program, User: in.User, State: stateOf(in),
		Elapsed: in.Elapsed.Seconds(), Input: in.Input, Args: in.Args,
	}
	if in.Attached == pie.True || in.Attached == pie.False {
		attached := in.Attached == pie.True
		row.Attached = &attached
	}
	if mine {
		row.Mine = m.keeper("detached")
		row.Program = cmp.Or(row.Program, m.entry.Program) // some generations list no names
	}
	return row
}

// unlisted are instances that the journal knows and a list that may be cut does not have.
func unlisted(byID map[string]owned) []psRow {
	var rows []psRow
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		m := byID[id]
		rows = append(rows, psRow{
			ID: id, Program: m.entry.Program, User: m.entry.User, State: "not listed",
			Elapsed: clock.System{}.Now().Sub(m.entry.At).Seconds(), Mine: m.keeper("detached"),
		})
	}
	return rows
}

func (a *app) psTable(rows []psRow, full bool) error {
	t := table{head: []string{"ID", "PROGRAM", "USER", "STATE", "ELAPSED", "MINE"}}
	if full {
		t.head = append(t.head, "INPUT")
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	shorts := short(ids)
	for _, row := range rows {
		elapsed := time.Duration(row.Elapsed) * time.Second
		cells := []string{shorts[row.ID], cmp.Or(row.Program, "?"), row.User, row.State, elapsed.String(), row.Mine}
		if full {
			cells[0] = row.ID
			cells = append(cells, row.given())
		}
		t.add(cells...)
	}
	if len(rows) == 0 {
		a.say("nothing runs there")
	}
	return t.write(a.env.Stdout, a.out)
}

// stateOf says whether it runs, and whether somebody receives from it where the server tells.
func stateOf(in pie.Info) string {
	if in.State == "running" && in.Attached == pie.False {
		return "unattached"
	}
	return in.State
}

// given is the input or the words of the launch.
func (r psRow) given() string {
	if r.Input != "" {
		return r.Input
	}
	text := ""
	for i, arg := range r.Args {
		if i > 0 {
			text += " "
		}
		text += arg
	}
	return text
}
