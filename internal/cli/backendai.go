package cli

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/journal"
	"github.com/pierun/pierun/luabind/luavalue"
)

// projectFile has settings of the folder that the command runs in.
const projectFile = "pierun.toml"

func (a *app) backendaiCommand() *cli.Command {
	return &cli.Command{Name: "backendai", Usage: "compute sessions of a Backend.AI manager: ps, info, logs, rm, run",
		ArgsUsage: "ps|info|logs|rm|run", Action: a.backendaiAlone,
		Description: "pierun backendai ps               # BACKEND_ENDPOINT, BACKEND_ACCESS_KEY and BACKEND_SECRET_KEY name the manager\n" +
			"pierun backendai info my-session  # its name or its id; so do logs and rm\n" +
			"pierun backendai run --image python:3.11 'print(6*7)'\npierun backendai rm --help        # each has a page of its own"}
}

// backendaiCommands are the commands of two words.
func (a *app) backendaiCommands() []*cli.Command {
	example := func(words string) string { return "pierun backendai " + words }
	return []*cli.Command{
		{Name: "backendai ps", Usage: "list compute sessions", Description: example("ps --all"), Action: a.backendaiPs,
			Flags: []cli.Flag{&cli.BoolFlag{Name: "all", Usage: "those that have ended, too"},
				&cli.BoolFlag{Name: "mine", Usage: "only what pierun has created from this host, by its journal"}}},
		{Name: "backendai info", Usage: "show what the manager knows of a session, by name or id", ArgsUsage: "NAME", Description: example("info my-session"), Action: a.backendaiInfo},
		{Name: "backendai logs", Usage: "print what a session has written, by name or id", ArgsUsage: "NAME", Description: example("logs my-session"), Action: a.backendaiLogs},
		{Name: "backendai rm", Usage: "destroy sessions, by name or id, and wait until they are gone", ArgsUsage: "NAME…", Description: example("rm my-session"), Action: a.backendaiRm,
			Flags: []cli.Flag{&cli.BoolFlag{Name: "mine", Usage: "all that pierun has created from this host, as backendai ps --mine lists them"}}},
		{Name: "backendai run", Usage: "run code in a session of its own, which is destroyed after it", ArgsUsage: "CODE", Action: a.backendaiRun,
			Description: example(`run --image python:3.11 --resource cpu=2 --resource mem=4g 'print(6*7)'`) + "\n" + example(`run --image python:3.11 --shell 'ls -l'`),
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "image", Usage: "what the session is made from, `IMAGE`: a reference or an alias"},
				&cli.StringFlag{Name: "name", Usage: "the session's `NAME`; a live one of that name and image is taken, and left alone"},
				&cli.StringSliceFlag{Name: "resource", Usage: "an amount of a resource, `SLOT=AMOUNT` (cpu=2, mem=4g, cuda.device=1); may be repeated"},
				&cli.BoolFlag{Name: "shell", Usage: "CODE is a shell command, not code for the image's interpreter"},
				&cli.BoolFlag{Name: "keep", Usage: "leave the session running"},
			}},
	}
}

// backendaiWords makes one word of the two.
func backendaiWords(words []string) []string {
	if len(words) > 1 && words[0] == "backendai" && slices.Contains([]string{"ps", "info", "logs", "rm", "run"}, words[1]) {
		return append([]string{words[0] + " " + words[1]}, words[2:]...)
	}
	return words
}

func (a *app) backendaiAlone(ctx *cli.Context) error {
	if word := ctx.Args().First(); word != "" {
		return usagef(a.seeHelp(ctx.Command), "backendai has no %q: it has ps, info, logs, rm and run", word)
	}
	return usagef(a.seeHelp(ctx.Command), "say what to do: backendai ps, info, logs, rm or run")
}

// manager makes a client from the environment and the project's file; what it makes is noted in j, nil for nowhere.
func (a *app) manager(j *journal.Journal) (*backendai.Client, error) {
	cfg, err := backendai.Load(a.backendaiSources(j))
	if err != nil {
		return nil, backendaiProblem(err)
	}
	c, err := backendai.New(cfg)
	return c, backendaiProblem(err)
}

func (a *app) backendaiSources(j *journal.Journal) backendai.Sources {
	from := backendai.Sources{File: projectFile, LookupEnv: func(name string) (string, bool) {
		value := a.env.Getenv(name)
		return value, value != ""
	}}
	if j != nil {
		from.Arguments = backendai.Config{Ledger: ledger{j}, Connected: a.endSessions}
	}
	return from
}

// backendaiProblem gives an error the kind that its exit code follows from.
func backendaiProblem(err error) error {
	e := (*backendai.Error)(nil)
	switch {
	case err == nil:
		return nil
	case errors.As(err, new(*backendai.ConfigError)):
		return usagef(suggestion(err), "%v", err)
	case errors.As(err, new(*backendai.UsageError)):
		return usagef("", "%v", err)
	case errors.As(err, new(*backendai.DiedError)), errors.Is(err, backendai.ErrNoManager):
		return &kindedError{luavalue.KindConnect, err}
	case !errors.As(err, &e):
		return err
	case e.Type == backendai.ErrRequest:
		return &kindedError{luavalue.KindConnect, err}
	case e.Problem == "auth-failed" || e.Problem == "invalid-auth-params":
		return &kindedError{luavalue.KindAuth, err}
	}
	return err
}

// suggestion is the name that a setting nobody knows was most likely meant to have.
func suggestion(err error) string {
	setting := (*backendai.ConfigError)(nil)
	if !errors.As(err, &setting) {
		return ""
	}
	return strings.TrimPrefix(meant(setting.Word, setting.Among), "; ")
}

// kindedError is said as it is, and ends the command with its kind's code.
type kindedError struct {
	kind string
	err  error
}

func (e *kindedError) Error() string { return e.err.Error() }
func (e *kindedError) Unwrap() []error {
	return []error{e.err, &luavalue.Error{Kind: e.kind, Message: e.err.Error()}}
}

// withManager runs what a command does with a manager.
func (a *app) withManager(ctx *cli.Context, do func(context.Context, *backendai.Client) error) error {
	return a.withNotes(ctx, nil, do)
}

// withNotes is withManager for what makes sessions.
func (a *app) withNotes(ctx *cli.Context, j *journal.Journal, do func(context.Context, *backendai.Client) error) error {
	c, err := a.manager(j)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := do(ctx.Context, c); err != nil {
		return backendaiProblem(stopped(ctx.Context, err))
	}
	return nil
}
