package cli

import (
	"cmp"
	"context"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/internal/journal"
	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/program"
)

func (a *app) programsCommand() *cli.Command {
	return &cli.Command{
		Name:  "programs",
		Usage: "list the programs of a server, as far as they are known",
		Description: `pierun programs                              # those of the embedded engine
pierun programs --server ws://gpu:8080       # those that this host installed there, and those that run
pierun programs --json

No Pie server lists its programs: what others have installed and nobody runs now is not known here.`,
		Flags:  flags(limitAll, jsonFlag()),
		Action: a.programs,
	}
}

// embeddedPrograms lists the programs of the embedded engine, as name@version.
func embeddedPrograms() []string {
	var list []string
	for _, p := range engine.Builtin() {
		m := p.Manifest()
		list = append(list, m.Name+"@"+m.Version)
	}
	return list
}

// programRow is one program, and its form in JSON.
type programRow struct {
	Name  string `json:"name"`
	Known string `json:"known"` // how: "built in", "installed from here", "runs"
	About string `json:"about,omitempty"`
}

func (a *app) programs(ctx *cli.Context) error {
	if err := a.noWords(ctx); err != nil {
		return err
	}
	o := &options{ctx: ctx}
	server := a.connection(o)
	if o.err != nil {
		return o.err
	}
	if server.engine != nil {
		server.engine.tell()
		return a.programTable(builtIn(nil), ctx.Bool("json"))
	}
	return server.brief(ctx.Context, func(run context.Context, client *pie.Client) error {
		rows, err := a.knownPrograms(run, client)
		if err != nil {
			return err
		}
		a.say("servers do not list their programs: what others have installed there, and does not run, is not known here")
		return a.programTable(rows, ctx.Bool("json"))
	})
}

// builtIn are the programs of the embedded engine; has, if given, says which are there.
func builtIn(has func(name, hash string) bool) []programRow {
	rows := []programRow{}
	for _, p := range engine.Builtin() {
		m := p.Manifest()
		if name := m.Name + "@" + m.Version; has == nil || has(name, engine.BuiltinHash(p)) {
			rows = append(rows, programRow{name, "built in", m.Description})
		}
	}
	return rows
}

// knownPrograms asks the server about each program that there is a reason to ask about.
func (a *app) knownPrograms(ctx context.Context, client *pie.Client) ([]programRow, error) {
	has := func(name string) bool {
		yes, err := client.HasProgram(ctx, name)
		return err == nil && yes
	}
	rows := []programRow{}
	if yes, err := client.Simulated(ctx); err == nil && yes {
		byHash := client.Features().HashNames
		rows = builtIn(func(name, hash string) bool { return !byHash && has(name) || byHash && has(hash) })
	}
	for _, p := range a.installed(client.Info().URI) {
		if has(p.Name) {
			rows = addProgram(rows, programRow{Name: p.Name, Known: "installed from here", About: p.At.Local().Format("2 Jan 2006 15:04")})
		}
	}
	list, err := client.List(ctx)
	if err != nil && cmp.Or(client.Features().ListInstances, ctx.Err() != nil) {
		return nil, err
	}
	for _, in := range list {
		if in.Program != "" {
			rows = addProgram(rows, programRow{Name: in.Program, Known: "runs"})
		}
	}
	return rows, nil
}

// addProgram adds a row unless its name is there; the namespace "std" may be left out.
func addProgram(rows []programRow, row programRow) []programRow {
	same := func(r programRow) bool { return bareName(r.Name) == bareName(row.Name) }
	if slices.ContainsFunc(rows, same) {
		return rows
	}
	return append(rows, row)
}

func bareName(name string) string {
	ref, err := program.ParseRef(name)
	if err != nil {
		return name
	}
	if ref.Namespace == "std" {
		ref.Namespace = ""
	}
	return ref.String()
}

func (a *app) programTable(rows []programRow, asJSON bool) error {
	if asJSON {
		return a.printJSON(rows)
	}
	t := table{head: []string{"PROGRAM", "KNOWN", "ABOUT"}}
	for _, row := range rows {
		t.add(row.Name, row.Known, row.About)
	}
	if len(rows) == 0 {
		a.say("none is known")
	}
	return t.write(a.env.Stdout, a.out)
}

// remember writes down that this host has installed a program; without a place for it programs knows less.
func (a *app) remember(server, name, hash string) {
	dir, err := journal.Dir(a.env.Getenv)
	if err == nil {
		_ = journal.AddInstalled(dir, journal.Installed{Server: server, Name: name, Hash: hash, At: clock.System{}.Now()})
	}
}

// installed is what this host has installed on the server.
func (a *app) installed(server string) []journal.Installed {
	dir, err := journal.Dir(a.env.Getenv)
	if err != nil {
		return nil
	}
	all, _ := journal.AllInstalled(dir)
	return slices.DeleteFunc(all, func(p journal.Installed) bool { return !sameServer(p.Server, server) })
}
